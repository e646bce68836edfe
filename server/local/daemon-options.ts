/** What a client tells the daemon it starts, and what the daemon reports back before it can be reached. */

/** One JSON argument on the daemon's command line, which anybody on the machine can read: no secrets. */
export interface DaemonOptions {
  readonly dataDirectory: string;
  /** The built Worker: worker.js and what it imports. */
  readonly workerDirectory: string;
  /** The same for the runner's. */
  readonly runnerDirectory: string;
  readonly socket: string;
  readonly version: string;
  /** 0: any. */
  readonly port: number;
  readonly idleMs: number;
  /** Where programs get packages from; null for where the Worker has them from by itself. */
  readonly esmCdn: string | null;
  /** The index that `%pip` installs from; null for PyPI. */
  readonly pythonIndex: string | null;
}

/** The file descriptor on which the daemon writes one JSON line once its lifeline socket accepts clients. */
export const REPORT_FD = 3;

export type DaemonReport =
  | { readonly type: 'listening' }
  /** Another daemon holds the directory. */
  | { readonly type: 'held' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };
