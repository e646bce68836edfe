/** What the guest asks of large files, up to its limits. */

import { describe, expect, it } from 'vitest';
import type { LargeFileSystem } from '../../files/file-system.ts';
import type { KernelIo } from '../kernel.ts';
import { Fetches } from './fetches.ts';
import { LargeFileCalls, MAX_PENDING_BYTES } from './large-file-calls.ts';
import { MemoryFiles, MemoryKeyValue, noLargeFiles } from './testing/memory-files.ts';

/** A bucket that is as slow as the test wants: `finish` ends all that is being stored. */
function open() {
  const finishes: (() => void)[] = [];
  const placed: string[] = [];
  const largeFiles: LargeFileSystem = {
    ...noLargeFiles,
    store: async (_, source) => {
      let size = 0;
      for await (const chunk of source) size += chunk.length;
      await new Promise<void>((resolve) => finishes.push(resolve));
      return { key: 'a key', size, sha256: '' };
    },
    place: (path, { size }) => void placed.push(`${path} ${size}`),
  };
  const io: KernelIo = {
    write: () => undefined,
    display: () => undefined,
    readLine: async () => null,
    backpressure: () => undefined,
    files: new MemoryFiles(),
    largeFiles,
    readOther: () => Promise.reject(new Error('there is no other kernel')),
    programs: null,
    kv: new MemoryKeyValue(),
  };
  const fetches = new Fetches(fetch, () => undefined);
  const finish = async (): Promise<void> => {
    while (finishes.length === 0) await new Promise((resolve) => setTimeout(resolve));
    for (const end of finishes.splice(0)) end();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { calls: new LargeFileCalls(fetches, () => io), fetches, finish, placed };
}

describe('LargeFileCalls', () => {
  it('takes as many bytes at once as it may, and not one more', async () => {
    const { calls, finish, fetches } = open();
    calls.write(1, 'a', 0, new Uint8Array(MAX_PENDING_BYTES - 1));
    calls.write(2, 'b', 0, new Uint8Array(1));
    expect(() => calls.write(3, 'c', 0, new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    await finish();
    expect(fetches.hasEvents).toBe(true);
    calls.write(3, 'c', 0, new Uint8Array(MAX_PENDING_BYTES));
  });

  it('places what was stored in the turn that is told, not before', async () => {
    const { calls, finish, fetches, placed } = open();
    calls.write(1, 'a', 0, new Uint8Array(9e6));
    await finish();
    const event = fetches.takeEvent();
    expect([event?.kind, placed]).toEqual(['head', []]);
    if (event?.kind === 'head') event.before?.();
    expect(placed).toEqual(['a 9000000']);
  });

  it.each([-1, 0.5, Number.MAX_VALUE])('keeps no %d bytes', (keep) => {
    const { calls } = open();
    expect(() => calls.write(1, 'a', keep, new Uint8Array())).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});
