/**
 * Finds out that a line is dead: asks for a sign of life after a time of silence, and soon when something that is
 * answered at once is not; tells how long there was none, and gives up in the end.
 */

import type { ClientClock } from './clock.ts';

const SILENCE_MILLISECONDS = 10_000;
/** What is asked for is answered within this time, as a rule. */
const PATIENCE_MILLISECONDS = 1000;
const SECOND = 1000;
/** Seconds without an answer that a person should know of. */
const LONG = 3;
/** Seconds without a sign of life after asking for one. */
const TOO_LONG = 20;

interface Line {
  ping(): void;
  /** For how many seconds an answer has been missing, each second; 0 when it came. */
  unanswered(seconds: number): void;
  /** Nothing came back. */
  silent(): void;
}

export class KeepAlive {
  readonly #clock: ClientClock;
  readonly #line: Line;
  /** Nothing is missing so far. */
  #isQuiet = false;
  #hasHeard = false;
  #hasTold = false;
  #cancel: () => void = () => undefined;

  constructor(clock: ClientClock, line: Line) {
    this.#clock = clock;
    this.#line = line;
  }

  /** Something arrived. */
  heard(): void {
    this.#hasHeard = true;
    if (!this.#hasTold) return;
    this.start();
    this.#line.unanswered(0);
  }

  /** Something was sent that the server answers at once. */
  asked(): void {
    if (this.#isQuiet) this.#listen(PATIENCE_MILLISECONDS, 1);
    this.#isQuiet = false;
  }

  start(): void {
    this.#listen(SILENCE_MILLISECONDS, 0);
    this.#isQuiet = true;
  }

  stop(): void {
    this.#cancel();
    this.#isQuiet = false;
    this.#hasTold = false;
  }

  /** `seconds`: for how long an answer will be missing, should nothing be heard. */
  #listen(milliseconds: number, seconds: number): void {
    this.stop();
    this.#hasHeard = false;
    this.#cancel = this.#clock.after(milliseconds, () => {
      if (this.#hasHeard) return this.start();
      this.#isQuiet = false;
      this.#line.ping();
      this.#count(seconds, seconds + TOO_LONG);
    });
  }

  #count(seconds: number, end: number): void {
    this.#cancel = this.#clock.after(SECOND, () => {
      const now = seconds + 1;
      if (this.#hasHeard) this.start();
      else if (now >= end) this.#line.silent();
      else {
        this.#count(now, end);
        this.#hasTold = now >= LONG;
        if (this.#hasTold) this.#line.unanswered(now);
      }
    });
  }
}
