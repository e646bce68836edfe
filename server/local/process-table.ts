/** What the system knows about a process: from /proc on Linux, from `ps` on macOS. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessTable {
  /**
   * When the process started, opaque but always the same text for the same process; undefined when there is none.
   * A zombie is none, but one whose other threads still run is: they have its files open.
   */
  started(pid: number): string | undefined;
  /** Its resident memory in bytes; 0 when there is none. */
  residentBytes(pid: number): number;
}

/** Start times in /proc count from the boot of the machine, so they are made unique by the boot's own id. */
let bootId: string | undefined;

export const procTable: ProcessTable = {
  started(pid) {
    const stat = readOrEmpty(`/proc/${pid}/stat`);
    // The command's name comes second, and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, threads, ticks] = [fields[0], fields[17], fields[19]];
    if (!state || !ticks || ('ZX'.includes(state) && Number(threads) <= 1)) return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    return `${bootId}:${ticks}`;
  },

  residentBytes(pid) {
    // Not statm: that counts in pages, whose size Node does not tell.
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readOrEmpty(`/proc/${pid}/status`));
    return Number(match?.[1] ?? 0) * 1024;
  },
};

export const psTable: ProcessTable = {
  started(pid) {
    const [state, ...started] = ps(pid, 'state', 'lstart').split(/\s+/);
    return !state || state.startsWith('Z') ? undefined : started.join(' ');
  },

  residentBytes(pid) {
    return Number(ps(pid, 'rss')) * 1024;
  },
};

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function ps(pid: number, ...columns: readonly string[]): string {
  try {
    const args = [...columns.flatMap((column) => ['-o', `${column}=`]), '-p', String(pid)];
    // In a fixed language and time zone, or two clients would read different start times.
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync('ps', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
