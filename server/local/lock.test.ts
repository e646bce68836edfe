/** The lock of a data directory: one holder, whoever died or comes at once. */

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, readLock } from './lock.ts';
import { self } from './processes.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spawnpoint-'));
  path = join(directory, 'daemon.lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the lock', () => {
  it('names its holder, is private, and is gone when released', async () => {
    const lock = await acquireLock(path, '/socket');
    expect(readLock(path)).toEqual({ ...self(), socket: '/socket' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    lock?.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is refused while a live process holds it', async () => {
    await acquireLock(path, '/first');
    expect(await acquireLock(path, '/second')).toBeUndefined();
    expect(readLock(path)?.socket).toBe('/first');
  });

  const dead = { pid: 2 ** 22 + 1, started: 'x:1' };
  const reused = { pid: process.pid, started: 'x:1' };
  it.each([
    ['a dead process', JSON.stringify({ ...dead, socket: '/old' })],
    ['a live process of another start time', JSON.stringify({ ...reused, socket: '/old' })],
    ['a power failure', ''],
    ['something else', '{"pid":1}'],
  ])('left by %s is replaced', async (_, text) => {
    writeFileSync(path, text);
    expect(await acquireLock(path, '/new')).toBeDefined();
    expect(readLock(path)?.socket).toBe('/new');
    expect(readdirSync(directory)).toEqual(['daemon.lock']);
  });

  it('is replaced even if somebody died while replacing it', async () => {
    writeFileSync(path, JSON.stringify({ ...dead, socket: '/old' }));
    writeFileSync(`${path}.stale-${dead.pid}-x_1`, JSON.stringify({ ...dead, started: 'x:2', socket: '/old' }));
    expect(await acquireLock(path, '/new')).toBeDefined();
    expect(readdirSync(directory)).toEqual(['daemon.lock']);
  });

  it('waits while a live process is replacing it', async () => {
    writeFileSync(path, JSON.stringify({ ...dead, socket: '/old' }));
    const guard = await acquireLock(`${path}.stale-${dead.pid}-x_1`, '/guard');
    let acquired = false;
    const acquiring = acquireLock(path, '/new').then(() => {
      acquired = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(acquired).toBe(false);
    expect(readLock(path)?.socket).toBe('/old');
    guard?.release();
    await acquiring;
    expect(readLock(path)?.socket).toBe('/new');
  });
});
