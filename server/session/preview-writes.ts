/**
 * What previews write into the session's files: theirs at once, others' at most a second later. It is committed as work in
 * the background, which is no step of the user's and takes the place of what was there before: requests come at any time
 * and in any number, and must not push the user's steps out of the history.
 */

import type { Overlay } from '../files/overlay.ts';
import type { Change } from '../programs/asks.ts';
import type { Clock } from './clock.ts';
import type { Presence } from './presence.ts';
import { applyChange } from './program-files.ts';
import type { SessionStore } from './store.ts';

const COMMIT_MILLISECONDS = 1000;

export interface WritesContext {
  readonly store: SessionStore;
  readonly presence: Presence;
  readonly clock: Clock;
  changed(): void;
  fatal(error: unknown): void;
}

export class PreviewWrites {
  readonly #context: WritesContext;
  #overlay: Overlay | null = null;
  /** Set for a second after each commit. */
  #isResting = false;

  constructor(context: WritesContext) {
    this.#context = context;
  }

  /**
   * Takes over what a preview changed; it is in every revision after the one that is returned. Throws `FileError` at the
   * first change that cannot be made; those before it are kept.
   */
  write(changes: readonly Change[]): number {
    const { store } = this.#context;
    const head = store.files.head;
    this.#overlay ??= store.files.open();
    try {
      for (const change of changes) applyChange(this.#overlay.files, change);
    } finally {
      if (!this.#isResting) this.flush();
    }
    return head;
  }

  /** Commits what was gathered. */
  flush(): void {
    const { store, presence, clock, changed, fatal } = this.#context;
    const overlay = this.#overlay;
    if (overlay === null) return;
    this.#overlay = null;
    try {
      const at = Math.floor(clock.now());
      const committed = store.commit({ cause: 'background', causeNumber: null, at, overlay });
      for (const entry of committed?.entries ?? []) presence.offer(entry);
      changed();
    } catch (error) {
      fatal(error);
    }
    if (this.#isResting) return;
    this.#isResting = true;
    clock.after(COMMIT_MILLISECONDS, () => {
      this.#isResting = false;
      this.flush();
    });
  }
}
