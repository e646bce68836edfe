/**
 * The session's append-only log. Events are stored as the frames that every terminal is sent, in segments of about
 * 1 MiB; when the log outgrows its limit, whole segments go, oldest first. What was pruned reads as a GAP.
 */

import { encodeEvent, encodeGap, type LogEvent } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { LogExtent } from '../../protocol/resume.ts';
import type { Database } from '../database.ts';
import { readMeta, writeMeta } from './schema.ts';

/** One stored event. */
export interface LogEntry {
  readonly seq: number;
  readonly frames: Uint8Array;
}

export interface LogLimits {
  readonly log: number;
  readonly logSegment: number;
}

interface Segment {
  readonly first: number;
  bytes: number;
}

export class Log {
  readonly #database: Database;
  readonly #limits: LogLimits;
  readonly #epoch: string;
  /** Oldest first; the last one is open. Never empty. */
  readonly #segments: Segment[];
  /** First events of what is still running: their segments are kept. */
  readonly #pinned = new Set<number>();
  #head: number;
  #bytes: number;

  /** `newEpoch` names a log that does not exist yet. */
  constructor(database: Database, newEpoch: () => string, limits: LogLimits = LIMITS) {
    this.#database = database;
    this.#limits = limits;
    const known = readMeta(database, 'epoch');
    this.#epoch = known ?? newEpoch();
    if (known === null) {
      writeMeta(database, 'epoch', this.#epoch);
      database.run(`INSERT INTO log_segment (first, bytes) VALUES (1, NULL)`);
    }
    const [last] = database.all<{ seq: number | null }>(`SELECT MAX(seq) AS seq FROM log`);
    const rows = database.all<{ first: number; bytes: number | null }>(
      `SELECT first, bytes FROM log_segment ORDER BY first`,
    );
    this.#segments = rows.map(({ first, bytes }) => ({ first, bytes: bytes ?? this.bytesFrom(first) }));
    this.#head = Math.max(last?.seq ?? 0, (this.#segments.at(-1)?.first ?? 1) - 1);
    this.#bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Bytes of the events from `from` on, as far as they are kept. */
  bytesFrom(from: number): number {
    const [row] = this.#database.all<{ bytes: number | null }>(
      `SELECT SUM(LENGTH(frames)) AS bytes FROM log WHERE seq >= ?`,
      from,
    );
    return row?.bytes ?? 0;
  }

  get extent(): LogExtent {
    return { epoch: this.#epoch, tail: this.#segments[0]?.first ?? 1, head: this.#head };
  }

  /**
   * Stores an event under the next number. Inside a transaction that fails, the caller must drop this Log and open
   * the store anew: numbers in memory would be ahead of it.
   */
  append(event: LogEvent): LogEntry {
    const seq = this.#head + 1;
    const frames = encodeEvent(seq, event);
    this.#database.run(`INSERT INTO log (seq, frames) VALUES (?, ?)`, seq, frames);
    this.#head = seq;
    this.#bytes += frames.length;
    const open = this.#segments.at(-1);
    if (open !== undefined) open.bytes += frames.length;
    if (open !== undefined && open.bytes >= this.#limits.logSegment) this.#closeSegment(open, seq + 1);
    return { seq, frames };
  }

  #closeSegment(open: Segment, next: number): void {
    this.#database.run(`UPDATE log_segment SET bytes = ? WHERE first = ?`, open.bytes, open.first);
    this.#database.run(`INSERT INTO log_segment (first, bytes) VALUES (?, NULL)`, next);
    this.#segments.push({ first: next, bytes: 0 });
    while (this.#bytes > this.#limits.log && this.#prune());
  }

  /** Drops the oldest segment that is neither open nor holds the beginning of something that runs. */
  #prune(): boolean {
    const index = this.#segments.findIndex(
      (segment, at) => at < this.#segments.length - 1 && !this.#isPinned(segment, at),
    );
    const victim = this.#segments[index];
    const after = this.#segments[index + 1];
    if (victim === undefined || after === undefined) return false;
    this.#database.run(`DELETE FROM log WHERE seq >= ? AND seq < ?`, victim.first, after.first);
    this.#database.run(`DELETE FROM log_segment WHERE first = ?`, victim.first);
    this.#segments.splice(index, 1);
    this.#bytes -= victim.bytes;
    return true;
  }

  #isPinned(segment: Segment, index: number): boolean {
    const end = this.#segments[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    for (const seq of this.#pinned) if (seq >= segment.first && seq < end) return true;
    return false;
  }

  /** Keeps the segment of this event while what it began is running. */
  pin(seq: number): void {
    this.#pinned.add(seq);
  }

  unpin(seq: number): void {
    this.#pinned.delete(seq);
  }

  /**
   * Entries from `from` on, about `budget` bytes of them (at least one if there is any). A GAP entry, whose seq is
   * the last event it stands for, takes the place of events that are gone.
   */
  read(from: number, budget: number): LogEntry[] {
    const entries: LogEntry[] = [];
    let bytes = 0;
    let next = from;
    while (bytes < budget && next <= this.#head) {
      const rows = this.#database.all<LogEntry>(
        `SELECT seq, frames FROM log WHERE seq >= ? ORDER BY seq LIMIT 64`,
        next,
      );
      const end = rows[0]?.seq ?? this.#head + 1;
      if (end > next) entries.push({ seq: end - 1, frames: encodeGap(next, end - 1) });
      next = end;
      for (const row of rows) {
        if (bytes >= budget || row.seq !== next) break;
        entries.push(row);
        bytes += row.frames.length;
        next = row.seq + 1;
      }
    }
    return entries;
  }
}
