/** Processes told from others that have their number. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { procTable, psTable } from './process-table.ts';
import { identify, isAlive, parseIdentity, self, signal, waitForEnd } from './processes.ts';

/** A process that lives until it is killed. */
async function sleeper() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('the child is not in the process table');
  return { child, identity };
}

describe('process identities', () => {
  it('know a live process, always by the same start time', () => {
    expect(self()).toEqual(identify(process.pid));
    expect(isAlive(self())).toBe(true);
  });

  it('tell a process from another that has its pid', async () => {
    const { child, identity } = await sleeper();
    const other = { ...identity, started: `${identity.started}0` };
    expect(isAlive(other)).toBe(false);
    expect(signal(other, 'SIGKILL')).toBe(false);
    expect(isAlive(identity)).toBe(true);
    expect(signal(identity, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    expect(signal(identity, 'SIGTERM')).toBe(false);
  });

  it('can be waited for', async () => {
    const { identity } = await sleeper();
    expect(await waitForEnd(identity, 20)).toBe(false);
    signal(identity, 'SIGKILL');
    expect(await waitForEnd(identity, 30_000)).toBe(true);
  });

  it('come out of JSON only if they are some', () => {
    expect(parseIdentity({ pid: 1, started: 'x', more: 1 })).toEqual({ pid: 1, started: 'x' });
    for (const value of [
      null,
      1,
      {},
      { pid: '1', started: 'x' },
      { pid: -1, started: 'x' },
      { pid: 1.5, started: 'x' },
      { pid: 1 },
    ]) {
      expect(parseIdentity(value)).toBeUndefined();
    }
  });
});

const tables = process.platform === 'linux' ? { procTable, psTable } : { psTable };

describe.each(Object.entries(tables))('%s', (_, table) => {
  it('knows the start and the resident memory of a live process', () => {
    expect(table.started(process.pid)).toMatch(/\S/);
    expect(Math.abs(table.residentBytes(process.pid) / process.memoryUsage.rss() - 1)).toBeLessThan(0.3);
  });

  it('knows neither of one that is gone', async () => {
    const { child, identity } = await sleeper();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(table.started(identity.pid)).toBeUndefined();
    expect(table.residentBytes(identity.pid)).toBe(0);
  });
});
