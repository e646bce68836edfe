/** One input or program under way, from its request to its end in the log. */

import type { SessionState } from '../../protocol/control.ts';
import type { LogEvent } from '../../protocol/events.ts';

interface Ending {
  /** True if `event` is the end of input or program `number`. */
  end(event: LogEvent, number: number): boolean;
  /** Its end will not be known. */
  fail(error: Error): void;
}

export class Work {
  readonly cause: 'input' | 'program';
  readonly #ending: Ending;
  /** Null until the session accepted it. */
  number: number | null = null;
  isInterrupted = false;
  #accepted: Promise<void> = Promise.resolve();

  constructor(cause: 'input' | 'program', ending: Ending) {
    this.cause = cause;
    this.#ending = ending;
  }

  /** Resolves once it was accepted or refused. */
  get accepted(): Promise<void> {
    return this.#accepted;
  }

  accept(accepted: Promise<void>): void {
    this.#accepted = accepted;
  }

  get target(): ['input' | 'program', number] | null {
    return this.number === null ? null : [this.cause, this.number];
  }

  /** Whether the session still has it in hand. */
  isIn({ busy, queued, programs }: SessionState): boolean {
    const alive = this.cause === 'program' ? programs : [...queued, ...busy.map(([, input]) => input)];
    return this.number !== null && alive.includes(this.number);
  }

  end(event: LogEvent): boolean {
    return this.number !== null && this.#ending.end(event, this.number);
  }

  fail(error: Error): void {
    this.#ending.fail(error);
  }
}
