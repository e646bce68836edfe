/**
 * The lock of a data directory: a file made with link(2), which fails when the name exists, holding its holder's
 * identity. Only a live holder counts.
 *
 * A stale lock is removed by whoever holds a second lock, named after the dead holder. So one process at a time can
 * remove that one stale lock, and none can remove a lock that a live process has put in its place meanwhile.
 */

import { linkSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson } from './files.ts';
import { systemCode } from './local-server-error.ts';
import { isAlive, type ProcessIdentity, parseIdentity, self } from './processes.ts';

export interface LockHolder extends ProcessIdentity {
  /** Where the holder listens for clients. */
  readonly socket: string;
}

export interface Lock {
  /** Whether the file still says so. Only somebody who removed the file from outside can have changed that. */
  isHeld(): boolean;
  /** Gives the lock up, if it is still held. */
  release(): void;
}

/** Who holds the lock, dead or alive; undefined when nobody does. */
export function readLock(path: string): LockHolder | undefined {
  const value = readJson(path);
  const identity = parseIdentity(value);
  if (!identity || typeof value !== 'object' || value === null || !('socket' in value)) return undefined;
  return typeof value.socket === 'string' ? { ...identity, socket: value.socket } : undefined;
}

/** Takes the lock, or returns undefined when a live process holds it. Throws the system's error when it cannot be written. */
export async function acquireLock(path: string, socket: string): Promise<Lock | undefined> {
  const own: LockHolder = { ...self(), socket };
  for (;;) {
    if (tryLink(path, own)) return held(path, own);
    const holder = readLock(path);
    if (holder && isAlive(holder)) return undefined;
    await removeStale(path, holder, socket);
  }
}

function held(path: string, own: LockHolder): Lock {
  const isHeld = (): boolean => {
    const current = readLock(path);
    return current?.pid === own.pid && current.started === own.started;
  };
  return {
    isHeld,
    release: () => {
      if (isHeld()) rmSync(path, { force: true });
    },
  };
}

function tryLink(path: string, own: LockHolder): boolean {
  const temporary = `${path}.${own.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(own), { mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

/**
 * Removes the lock that `holder` left when it died. Without a holder: a lock whose text is none, which a power failure
 * leaves, since a live process links its lock only after writing it.
 */
async function removeStale(path: string, holder: LockHolder | undefined, socket: string): Promise<void> {
  const name = holder ? `${holder.pid}-${holder.started.replace(/\W+/g, '_')}` : 'unreadable';
  const guard = await acquireLock(`${path}.stale-${name}`, socket);
  if (!guard) {
    await delay(2);
    return;
  }
  const current = readLock(path);
  if (current?.pid === holder?.pid && current?.started === holder?.started) rmSync(path, { force: true });
  guard.release();
}
