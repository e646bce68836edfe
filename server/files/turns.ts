/** One at a time for each name, the newest first: whoever comes asks the one before to stop, and waits for its end. */

export interface Turn {
  /** Whether somebody else waits for this turn to end. */
  readonly isOver: boolean;
  /** Calls `action` when somebody else asks for an end, or at once if that has happened. */
  onOver(action: () => void): void;
}

export class Turns {
  readonly #current = new Map<string, RunningTurn>();

  async take<T>(name: string, work: (turn: Turn) => Promise<T>): Promise<T> {
    for (let before = this.#current.get(name); before; before = this.#current.get(name)) {
      before.stop();
      await before.ended;
    }
    const turn = new RunningTurn();
    this.#current.set(name, turn);
    try {
      return await work(turn);
    } finally {
      this.#current.delete(name);
      turn.end();
    }
  }
}

class RunningTurn implements Turn {
  readonly ended: Promise<void>;
  end: () => void = () => undefined;
  readonly #actions: (() => void)[] = [];
  isOver = false;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  onOver(action: () => void): void {
    if (this.isOver) action();
    else this.#actions.push(action);
  }

  stop(): void {
    this.isOver = true;
    for (const action of this.#actions.splice(0)) action();
  }
}
