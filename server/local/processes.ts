/** Processes by identity. A pid alone is none, since pids are used again; pid and start time together are. */

import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from './local-server-error.ts';
import { procTable, psTable } from './process-table.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process at any time, different for every other one. */
  readonly started: string;
}

const table = process.platform === 'linux' ? procTable : psTable;
/** `ps` is a process of its own, so it is asked less often. */
const POLL_MS = table === procTable ? 5 : 50;

/** The identity of a live process, or undefined when there is none with that pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = table.started(pid);
  return started === undefined ? undefined : { pid, started };
}

/** This process. */
export function self(): ProcessIdentity {
  const identity = identify(process.pid);
  if (!identity) throw new Error('This process cannot be found in the process table');
  return identity;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** Sends a signal to a process if it is still the same one. Returns false when it is gone. */
export function signal(identity: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Waits until a process is gone. Returns false when it is still there after `milliseconds`. */
export async function waitForEnd(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isAlive(identity)) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Resident memory of a process in bytes; 0 when it is gone. */
export function residentBytes(pid: number): number {
  return table.residentBytes(pid);
}

/** Reads an identity out of JSON; undefined when it is not one. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value)) return undefined;
  const { pid, started } = value;
  if (!Number.isSafeInteger(pid) || typeof pid !== 'number' || pid <= 0 || typeof started !== 'string')
    return undefined;
  return { pid, started };
}
