/** A command under way: what it wrote so far, waiting for what it will write, and how it ended. */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface Ending {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, or the name of the signal that ended it. */
  readonly status: number | string;
}

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether its standard input is a pipe; else it is /dev/null. */
  readonly hasStdin: boolean;
}

export class CliProcess {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  readonly #waiting = new Set<() => void>();

  constructor(file: string, args: readonly string[], { cwd, env, hasStdin }: ProcessOptions) {
    const child = spawn(file, args, { cwd, env, stdio: [hasStdin ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
    this.#child = child;
    // A command may end without having read its input.
    child.stdin?.on('error', () => undefined);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        this.#written[name].push(chunk);
        for (const check of this.#waiting) check();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({ stdout: this.stdout, stderr: this.stderr, status: code ?? signal ?? '' });
      });
    });
  }

  get stdout(): string {
    return this.bytes.toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#written.stderr).toString();
  }

  /** Standard output so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#written.stdout);
  }

  get stdin(): Writable {
    if (this.#child.stdin === null) throw new Error('The command was started without a standard input.');
    return this.#child.stdin;
  }

  /** Resolves once `test` holds for what was written. Rejects if the command ends before. */
  until(test: (cli: this) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!test(this)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
      void this.ended.then(({ stdout, stderr, status }) => {
        reject(new Error(`The command ended (${status}) before: ${stdout.slice(-2000)}\n${stderr.slice(-2000)}`));
      });
    });
  }

  /** Closes our end of its standard output: nobody reads it any more. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  /** It can write no more than a pipe holds until `resumeReading`. */
  pauseReading(): void {
    this.#child.stdout?.pause();
  }

  resumeReading(): void {
    this.#child.stdout?.resume();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
