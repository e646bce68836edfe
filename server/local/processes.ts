/**
 * Processes by identity. A pid alone is not one, since pids are used again; pid and start time together are.
 * Linux answers from /proc, macOS from `ps`.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from './local-server-error.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process at any time, different for every other one. */
  readonly started: string;
}

const isLinux = process.platform === 'linux';

/** Start times count from the boot of the machine, so they are made unique by the boot's own id. */
let bootId: string | undefined;

/** The fields of /proc/PID/stat after the command's name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

/**
 * The identity of a live process, or undefined when there is none with that pid. A zombie is not alive, but one whose
 * other threads still run is: they have its files open.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  if (isLinux) {
    const fields = statFields(pid);
    const [state, threads, ticks] = [fields[0], fields[17], fields[19]];
    if (!state || !ticks || ((state === 'Z' || state === 'X') && Number(threads) <= 1)) return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    return { pid, started: `${bootId}:${ticks}` };
  }
  const [state, ...started] = ps(pid, 'state=,lstart').split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : { pid, started: started.join(' ') };
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
    await delay(isLinux ? 5 : 50);
  }
  return true;
}

/** Resident memory of a process in bytes; 0 when it is gone. */
export function residentBytes(pid: number): number {
  if (!isLinux) return Number(ps(pid, 'rss')) * 1024;
  // Not statm: that counts in pages, whose size Node does not tell.
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return Number(match?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Reads an identity out of JSON; undefined when it is not one. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value)) return undefined;
  const { pid, started } = value;
  if (!Number.isSafeInteger(pid) || typeof pid !== 'number' || pid <= 0 || typeof started !== 'string')
    return undefined;
  return { pid, started };
}
