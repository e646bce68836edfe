/**
 * An input between being taken and being stored.
 *
 * Most inputs end before anything else can happen in the session: those are stored together with their end, in one
 * transaction, and told of in one message. Every other input is stored on its own, before anything could show that it has
 * begun: before its first event, its first fetch, the next request, and at the latest when the event loop comes round.
 *
 * Waiting so long loses nothing. What one run of the event loop writes becomes durable together, and no message leaves
 * before it is: an input with which the server goes down in that run was never accepted, stored early or late.
 */

import type { Database } from '../database.ts';
import type { Clock } from './clock.ts';
import type { LogEntry } from './log.ts';

/** More than an input takes that ends at once: a timer costs as much as hundreds of them. */
const MICROTASKS = 200;

export interface AcceptanceParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Stores the input and the event that announces it, inside a transaction. `isOpen`: its end is stored later. */
  write(isOpen: boolean): LogEntry;
  /** Answers who submitted it, and offers the event to everyone. */
  tell(entry: LogEntry): void;
  /** The store failed: what is in memory is ahead of it. */
  fatal(error: unknown): void;
}

export class Acceptance {
  readonly #parts: AcceptanceParts;
  #entry: LogEntry | null = null;
  #isTold = false;
  #cancelTimer: () => void = () => undefined;

  constructor(parts: AcceptanceParts) {
    this.#parts = parts;
  }

  /** Number of the event that announced it; null until it is stored. */
  get seq(): number | null {
    return this.#entry?.seq ?? null;
  }

  /** Settles once the event loop comes round, if nothing did before. Resolves when it is settled, or a timer set. */
  async settleSoon(): Promise<void> {
    for (let turn = 0; turn < MICROTASKS; turn++) {
      await null;
      if (this.#entry !== null) return;
    }
    this.#cancelTimer = this.#parts.clock.after(0, () => this.settle());
  }

  /** Stores it, unless that was done, in a transaction of its own, and tells. Never throws. */
  settle(): void {
    if (this.#entry !== null) return;
    try {
      this.#parts.database.transaction(() => this.#store(true));
      this.tell();
    } catch (error) {
      this.#parts.fatal(error);
    }
  }

  /** For the transaction that stores its end. False if it was stored before; else call `tell` once that is through. */
  storeEnded(): boolean {
    if (this.#entry !== null) return false;
    this.#store(false);
    return true;
  }

  /** Tells of what is stored, unless that was done. */
  tell(): void {
    if (this.#entry === null || this.#isTold) return;
    this.#isTold = true;
    this.#parts.tell(this.#entry);
  }

  #store(isOpen: boolean): void {
    this.#cancelTimer();
    this.#entry = this.#parts.write(isOpen);
  }
}
