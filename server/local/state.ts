/** daemon.json: what the daemon writes down about itself for `server status`, `server stop` and its successor. */

import { rmSync } from 'node:fs';
import { readJson, replacePrivateFile } from './files.ts';
import { type ProcessIdentity, parseIdentity } from './processes.ts';

/** Which workerd: the one that holds the sessions, or the one that runs programs. */
export type WorkerRole = 'main' | 'runner';

export interface WorkerState extends ProcessIdentity {
  readonly role: WorkerRole;
}

export interface DaemonState extends ProcessIdentity {
  /** The version of the package the daemon came from. */
  readonly version: string;
  /** Where the server answers; null while it boots. */
  readonly url: string | null;
  /** How often a workerd of each role had to be started again. */
  readonly restarts: Readonly<Record<WorkerRole, number>>;
  /** Every workerd that may be running. Each is written down before it is told which files to open. */
  readonly workers: readonly WorkerState[];
}

export function writeState(path: string, state: DaemonState): void {
  replacePrivateFile(path, `${JSON.stringify(state, null, 2)}\n`);
}

export function removeState(path: string): void {
  rmSync(path, { force: true });
}

/** The state in the file; undefined when there is none or it is damaged. */
export function readState(path: string): DaemonState | undefined {
  const value = readJson(path);
  const identity = parseIdentity(value);
  if (!identity || typeof value !== 'object' || value === null) return undefined;
  const { version, url, restarts, workers } = value as Partial<Record<keyof DaemonState, unknown>>;
  if (typeof version !== 'string' || !Array.isArray(workers)) return undefined;
  return {
    ...identity,
    version,
    url: typeof url === 'string' ? url : null,
    restarts: { main: restartCount(restarts, 'main'), runner: restartCount(restarts, 'runner') },
    workers: workers.flatMap(parseWorker),
  };
}

function restartCount(restarts: unknown, role: WorkerRole): number {
  if (typeof restarts !== 'object' || restarts === null) return 0;
  const count = (restarts as Partial<Record<WorkerRole, unknown>>)[role];
  return typeof count === 'number' ? count : 0;
}

function parseWorker(value: unknown): WorkerState[] {
  const identity = parseIdentity(value);
  if (!identity || typeof value !== 'object' || value === null || !('role' in value)) return [];
  return value.role === 'main' || value.role === 'runner' ? [{ ...identity, role: value.role }] : [];
}
