/**
 * A session's store seen from outside, as SQLite's write-ahead log: when a transaction is being written, and whether a
 * kill left one unfinished. https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const SALT_BYTES = 8;

export class WriteAheadLog {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Of the session that was written last, among those of the embedded server whose data are in `home`. */
  static newest(home: string): WriteAheadLog {
    const directory = join(home, 'storage', 'durable-objects', 'spawnpoint-cf-Sandbox');
    const logs = readdirSync(directory).filter((name) => name.endsWith('.sqlite-wal') && !name.startsWith('metadata'));
    const paths = logs.map((name) => join(directory, name));
    const [newest] = paths.sort((a, b) => Number(changedAt(b) - changedAt(a)));
    if (newest === undefined) throw new Error(`There is no session in ${directory}.`);
    return new WriteAheadLog(newest);
  }

  /** Resolves as soon as more is written than is now, or after `milliseconds`. */
  async nextWrite(milliseconds: number): Promise<void> {
    const [before, deadline] = [changedAt(this.#path), performance.now() + milliseconds];
    while (changedAt(this.#path) === before && performance.now() < deadline) await turn();
  }

  /** Whether its last transaction was not written to its end. Whoever wrote must be gone. */
  isTorn(): boolean {
    const log = readFileSync(this.#path);
    if (log.length < LOG_HEADER_BYTES) return false;
    const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
    const salt = log.subarray(16, 16 + SALT_BYTES);
    let isTorn = false;
    for (let at = LOG_HEADER_BYTES; at + FRAME_HEADER_BYTES <= log.length; at += frameBytes) {
      // What stands behind the last frame is of an earlier use of the file.
      if (!log.subarray(at + 8, at + 8 + SALT_BYTES).equals(salt)) break;
      // A frame that ends a transaction tells the pages of the database.
      isTorn = log.readUInt32BE(at + 4) === 0;
    }
    return isTorn;
  }
}

function changedAt(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;
}
