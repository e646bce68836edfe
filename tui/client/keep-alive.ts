/** Finds out that a line is dead: pings after a time of silence, and gives up when not even that is answered. */

import type { ClientClock } from './clock.ts';

const SILENCE_MILLISECONDS = 20_000;
const ANSWER_MILLISECONDS = 10_000;

interface Line {
  ping(): void;
  /** Nothing came back. */
  silent(): void;
}

export class KeepAlive {
  readonly #clock: ClientClock;
  readonly #line: Line;
  #hasHeard = false;
  #cancel: () => void = () => undefined;

  constructor(clock: ClientClock, line: Line) {
    this.#clock = clock;
    this.#line = line;
  }

  /** Something arrived. */
  heard(): void {
    this.#hasHeard = true;
  }

  start(): void {
    this.stop();
    this.#hasHeard = false;
    this.#cancel = this.#clock.after(SILENCE_MILLISECONDS, () => {
      if (this.#hasHeard) this.start();
      else this.#ping();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #ping(): void {
    this.#line.ping();
    this.#cancel = this.#clock.after(ANSWER_MILLISECONDS, () => {
      if (this.#hasHeard) this.start();
      else this.#line.silent();
    });
  }
}
