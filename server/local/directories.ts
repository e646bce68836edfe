/** Where the embedded server keeps its files, and that nobody else may read them. */

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { LocalServerError, oneLine, systemCode } from './local-server-error.ts';

/** A Unix socket's path holds at most 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES = 100;

export interface UserDirectories {
  /** Configuration the user may edit. */
  readonly config: string;
  /** The embedded server's data and state. */
  readonly data: string;
}

export interface DataPaths {
  readonly directory: string;
  readonly lock: string;
  readonly state: string;
  readonly secret: string;
  readonly log: string;
  /** Durable Objects and R2, as Miniflare stores them. */
  readonly storage: string;
}

/**
 * The user's directories: `SPAWNPOINT_HOME` for both, else by the XDG rules, which ignore relative values.
 * Nothing is created.
 */
export function userDirectories(env: Readonly<Record<string, string | undefined>>): UserDirectories {
  const home = env.SPAWNPOINT_HOME;
  if (home) return { config: resolve(home), data: resolve(home) };
  const base = (name: string, fallback: string): string => {
    const value = env[name];
    return value && isAbsolute(value) ? value : join(env.HOME || homedir(), fallback);
  };
  return {
    config: join(base('XDG_CONFIG_HOME', '.config'), 'spawnpoint-cf'),
    data: join(base('XDG_DATA_HOME', '.local/share'), 'spawnpoint-cf'),
  };
}

export function dataPaths(directory: string): DataPaths {
  const within = (name: string): string => join(directory, name);
  return {
    directory,
    lock: within('daemon.lock'),
    state: within('daemon.json'),
    secret: within('token-secret'),
    log: within('daemon.log'),
    storage: within('storage'),
  };
}

/**
 * Makes a directory that only this user can enter (0700), with its parents, or closes the one that is there.
 * @throws LocalServerError `DIRECTORY` when it cannot be made or belongs to somebody else.
 */
export function makePrivateDirectory(directory: string): void {
  try {
    makeWithParents(directory);
    const status = statSync(directory);
    const { mode, uid } = status;
    if (!status.isDirectory()) throw new Error('it is no directory');
    if (uid !== process.getuid?.()) throw new Error('it belongs to another user');
    if ((mode & 0o777) !== 0o700) chmodSync(directory, 0o700);
  } catch (error) {
    throw new LocalServerError(
      'DIRECTORY',
      `Cannot use the data directory ${directory}: ${oneLine(error)}. Set SPAWNPOINT_HOME to a directory you can write to.`,
    );
  }
}

/** Not `mkdirSync` with `recursive`: Node 20 never returns from it where the system lets nobody make one, as in /proc. */
function makeWithParents(directory: string): void {
  const missing: string[] = [];
  for (let each = directory; !existsSync(each); each = dirname(each)) missing.unshift(each);
  for (const each of missing) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (error) {
      // Another process may have been faster.
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

/**
 * The path of the daemon's Unix socket: inside the data directory, or, where that path is too long for a socket,
 * in a private directory below the system's own, under a name made from the data directory's.
 */
export function socketPath(directory: string, env: Readonly<Record<string, string | undefined>>): string {
  const inside = join(directory, 'daemon.sock');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES) return inside;
  const parent = join(env.XDG_RUNTIME_DIR || tmpdir(), `spawnpoint-cf-${process.getuid?.() ?? 0}`);
  makePrivateDirectory(parent);
  if (lstatSync(parent).isSymbolicLink()) {
    throw new LocalServerError(
      'DIRECTORY',
      `${parent} is a symbolic link; remove it, or set SPAWNPOINT_HOME to a shorter path.`,
    );
  }
  return join(parent, `${createHash('sha256').update(directory).digest('hex').slice(0, 24)}.sock`);
}
