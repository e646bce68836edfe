/**
 * Gathers what the guests of a session asked of the network before it is stored: each commit waits for the disk, and
 * who asks a thousand times a second must not hold up the sessions with as many.
 */

import type { EgressAttempt } from '../egress/egress.ts';
import type { Clock } from './clock.ts';
import type { EgressCause, EgressEntry, NetworkStore } from './network.ts';

const GATHER_MILLISECONDS = 50;

export class EgressLog {
  readonly #store: NetworkStore;
  readonly #clock: Clock;
  readonly #fatal: (error: unknown) => void;
  #gathered: EgressEntry[] = [];

  /** `fatal` is told when the store fails. */
  constructor(store: NetworkStore, clock: Clock, fatal: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#fatal = fatal;
  }

  /** Stored within 50 ms. */
  record(cause: EgressCause, attempt: EgressAttempt): void {
    this.#gathered.push({ at: Math.floor(this.#clock.now()), cause, ...attempt });
    if (this.#gathered.length === 1) this.#clock.after(GATHER_MILLISECONDS, () => this.flush());
  }

  /** Stores what is gathered now. Never throws. */
  flush(): void {
    const entries = this.#gathered;
    this.#gathered = [];
    try {
      if (entries.length > 0) this.#store.append(entries);
    } catch (error) {
      this.#fatal(error);
    }
  }
}
