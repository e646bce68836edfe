/**
 * Who comes and who goes, as far as it is news: a command that attaches for a moment, and a terminal that comes back as
 * soon as it lost its line, are none.
 */

import type { ClientClock } from './clock.ts';

/** News is what lasts so long. */
export const NEWS_MILLISECONDS = 3000;

export class PresenceNews {
  readonly #clock: ClientClock;
  readonly #tell: (name: string, what: 'attached' | 'left') => void;
  /** Who is there, as was told. */
  readonly #told = new Set<string>();
  #present: ReadonlySet<string> = new Set();
  /** What calls off the news about a name. */
  readonly #coming = new Map<string, () => void>();

  constructor(clock: ClientClock, tell: (name: string, what: 'attached' | 'left') => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Names of the other terminals that are attached now. */
  update(names: readonly string[]): void {
    this.#present = new Set(names);
    for (const name of new Set([...this.#told, ...this.#present, ...this.#coming.keys()])) {
      const isNews = this.#present.has(name) !== this.#told.has(name);
      const cancel = this.#coming.get(name);
      if (isNews && cancel === undefined)
        this.#coming.set(
          name,
          this.#clock.after(NEWS_MILLISECONDS, () => this.#publish(name)),
        );
      if (isNews || cancel === undefined) continue;
      cancel();
      this.#coming.delete(name);
    }
  }

  close(): void {
    for (const cancel of this.#coming.values()) cancel();
    this.#coming.clear();
  }

  #publish(name: string): void {
    this.#coming.delete(name);
    const isThere = this.#present.has(name);
    if (isThere) this.#told.add(name);
    else this.#told.delete(name);
    this.#tell(name, isThere ? 'attached' : 'left');
  }
}
