/**
 * The limits on what a session may hold in all, shared among its concurrent writers: each one's growth is reserved when
 * it happens, so that a commit does not fail for lack of room.
 */

import type { Database } from '../database.ts';
import { FileError } from './file-system.ts';
import { maxEntries, maxKeys, maxLargeTotalBytes, maxSqliteTotalBytes, maxValuesTotalBytes } from './limits.ts';
import { addUsage, noUsage, type Usage, usageOf } from './state.ts';

const limits: Readonly<Record<keyof Usage, { readonly limit: number; readonly unit: string }>> = {
  entries: { limit: maxEntries, unit: 'files and directories' },
  sqliteBytes: { limit: maxSqliteTotalBytes, unit: 'bytes in files of up to 8 MiB' },
  largeBytes: { limit: maxLargeTotalBytes, unit: 'bytes in files over 8 MiB' },
  keys: { limit: maxKeys, unit: 'keys' },
  valueBytes: { limit: maxValuesTotalBytes, unit: 'bytes of values' },
};

const kinds = ['entries', 'sqliteBytes', 'largeBytes', 'keys', 'valueBytes'] as const satisfies (keyof Usage)[];

export class Quota {
  readonly #db: Database;
  readonly #tallies = new Set<Tally>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** A tally for one writer. */
  open(): Tally {
    const tally = new Tally(this);
    this.#tallies.add(tally);
    return tally;
  }

  close(tally: Tally): void {
    this.#tallies.delete(tally);
  }

  /** Throws `FileError` `ENOSPC` if `tally` may not grow by `change`, a write to `subject`. */
  check(tally: Tally, change: Usage, subject: string): void {
    const head = usageOf(this.#db);
    for (const kind of kinds) {
      if (change[kind] <= 0) continue;
      let used = head[kind] + tally.growth[kind];
      for (const other of this.#tallies) if (other !== tally) used += Math.max(0, other.growth[kind]);
      const { limit, unit } = limits[kind];
      if (used + change[kind] > limit) {
        const message = `The session is full: it may hold ${limit} ${unit}. Remove some, or use another session.`;
        throw new FileError('ENOSPC', subject, message);
      }
    }
  }
}

/** How much one writer has grown the session; negative where it made room. */
export class Tally {
  readonly #quota: Quota;
  growth: Usage = noUsage;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  /** Reserves room for a write to `subject`, or throws `FileError` and reserves nothing. */
  grow(change: Partial<Usage>, subject: string): void {
    const whole = { ...noUsage, ...change };
    if (kinds.some((kind) => whole[kind] > 0)) this.#quota.check(this, whole, subject);
    this.growth = addUsage(this.growth, whole);
  }
}
