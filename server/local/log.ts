/** The daemon's log: lines with a time, in a file of bounded size with one predecessor. */

import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';

/** A log that has grown to this many bytes is set aside; the one set aside before it goes. */
export const LOG_BYTES = 1024 * 1024;

export class DaemonLog {
  readonly #path: string;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#size = existsSync(path) ? statSync(path).size : 0;
  }

  /** Adds one line. A log that cannot be written (full disk) stops nobody. */
  write(text: string): void {
    const line = `${new Date().toISOString()} ${text.slice(0, 4096).replace(/\s*\n\s*/g, ' | ')}\n`;
    const bytes = Buffer.byteLength(line);
    try {
      if (this.#size > 0 && this.#size + bytes > LOG_BYTES) {
        renameSync(this.#path, previousLog(this.#path));
        this.#size = 0;
      }
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#size += bytes;
    } catch {
      // Nothing better to do: the log is where such errors would go.
    }
  }
}

function previousLog(path: string): string {
  return `${path}.1`;
}

/** Everything the log still holds, oldest first; empty when there is none. */
export function readLog(path: string): string {
  return [previousLog(path), path].map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('');
}
