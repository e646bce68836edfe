/** `server status` and `server logs`. */

import { dataPaths, userDirectories } from './directories.ts';
import { readLog } from './log.ts';
import { isAlive } from './processes.ts';
import { type DaemonState, readState } from './state.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the running daemon wrote down about itself; undefined when none runs. */
export function serverStatus(env: Environment): DaemonState | undefined {
  const state = readState(dataPaths(userDirectories(env).data).state);
  return state && isAlive(state) ? state : undefined;
}

/** The daemon's log, oldest line first; empty when there is none. */
export function serverLogs(env: Environment): string {
  return readLog(dataPaths(userDirectories(env).data).log);
}
