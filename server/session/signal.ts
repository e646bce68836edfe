/** A moment that others can wait for, again and again. */
export class Signal {
  #waiting: (() => void)[] = [];

  /** Settles at the next `fire`. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  fire(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
