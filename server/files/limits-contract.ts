/** The limits of files and keys on every database: each at the limit and one over. */

import { describe, expect, it } from 'vitest';
import type { WithDatabase } from '../storage-contract.ts';
import * as limits from './limits.ts';
import type { LargeFile } from './rows.ts';
import { bytes, failure, flat, withBenchOn } from './store-bench.test-support.ts';

export function limitsContract(withDatabase: WithDatabase): void {
  const withBench = withBenchOn(withDatabase);

  describe('limits, at and one over', () => {
    it(
      'bytes of a file',
      withBench((bench) => {
        const { files } = bench.store.open();
        files.write('a', new Uint8Array(limits.maxSqliteFileBytes));
        expect(() => files.write('b', new Uint8Array(limits.maxSqliteFileBytes + 1))).toThrow(
          failure('EFBIG', /a file over 8388608 is only written by/),
        );
        expect(() => files.writeAt('a', limits.maxSqliteFileBytes, bytes('x'))).toThrow(failure('EFBIG'));
        expect(() => files.truncate('a', limits.maxSqliteFileBytes + 1)).toThrow(failure('EFBIG'));
        expect([files.stat('b'), files.stat('a')?.size]).toEqual([null, limits.maxSqliteFileBytes]);
      }),
    );

    it(
      'bytes of all files in SQLite, over all writers',
      withBench((bench) => {
        const [one, other] = [bench.store.open(), bench.store.open()];
        const filling = limits.maxSqliteTotalBytes / limits.maxSqliteFileBytes;
        for (let i = 0; i < filling; i++) {
          const { files } = i % 2 ? one : other;
          files.write(`f${i}`, bytes(''));
          files.truncate(`f${i}`, limits.maxSqliteFileBytes);
        }
        expect(() => one.files.write('more', bytes('x'))).toThrow(failure('ENOSPC', /may hold 268435456 bytes/));
        bench.commit(other);
        expect(() => one.files.write('more', bytes('x'))).toThrow(failure('ENOSPC'));
        one.files.truncate('f1', limits.maxSqliteFileBytes - 1);
        one.files.write('more', bytes('x'));
        expect(() => one.files.writeAt('more', 1, bytes('x'))).toThrow(failure('ENOSPC'));
      }),
    );

    it(
      'bytes of all files in R2',
      withBench((bench) => {
        const { files } = bench.store.open();
        const large = (key: string, size: number): LargeFile => ({ key, size, sha256: '0'.repeat(64) });
        for (let i = 0; i < 4; i++) files.placeLarge(`f${i}`, large(`k${i}`, limits.maxLargeTotalBytes / 4));
        expect(() => files.placeLarge('more', large('k', 1))).toThrow(failure('ENOSPC', /files over 8 MiB/));
        expect(() => files.read('f0')).toThrow(failure('EFBIG', /larger than 8 MiB/));
        files.truncate('f0', 0);
        files.placeLarge('more', large('k', limits.maxLargeTotalBytes / 4));
      }),
    );

    it(
      'entries',
      withBench((bench) => {
        bench.write(({ files }) => {
          for (let i = 0; i < limits.maxEntries; i++) files.makeDirectory(`d${i}`, flat);
          expect(() => files.write('more', bytes(''))).toThrow(failure('ENOSPC', /10000 files and directories/));
        });
        const { files } = bench.store.open();
        expect(files.list('')).toHaveLength(limits.maxEntries);
        expect(() => files.makeDirectory('more', flat)).toThrow(failure('ENOSPC'));
        expect(() => files.copy('d1', 'more')).toThrow(failure('ENOSPC'));
        files.rename('d0', 'more');
        files.remove('d1', flat);
        files.write('yet', bytes(''));
      }),
    );

    it(
      'bytes of a key and of a value, and what no key may be',
      withBench((bench) => {
        const { kv } = bench.store.open();
        kv.set('ü'.repeat(limits.maxKeyBytes / 2), new Uint8Array(limits.maxValueBytes));
        expect(() => kv.set('x'.repeat(limits.maxKeyBytes + 1), bytes(''))).toThrow(
          failure('ENAMETOOLONG', /1025 bytes/),
        );
        expect(() => kv.set('k', new Uint8Array(limits.maxValueBytes + 1))).toThrow(failure('EFBIG', /Use a file/));
        for (const key of ['', 'a\0b', '\ud800']) expect(() => kv.set(key, bytes(''))).toThrow(failure('EINVAL'));
        expect(kv.list('')).toHaveLength(1);
      }),
    );

    it(
      'keys',
      withBench((bench) => {
        bench.write(({ kv }) => {
          for (let i = 0; i < limits.maxKeys; i++) kv.set(`k${i}`, bytes(''));
          expect(() => kv.set('more', bytes(''))).toThrow(failure('ENOSPC', /10000 keys/));
        });
        const { kv } = bench.store.open();
        expect(() => kv.set('more', bytes(''))).toThrow(failure('ENOSPC'));
        kv.set('k1', bytes('changed'));
        expect([kv.delete('k0'), kv.delete('k0')]).toEqual([true, false]);
        kv.set('more', bytes(''));
      }),
    );

    it(
      'bytes of all values',
      withBench((bench) => {
        const { kv } = bench.store.open();
        const value = new Uint8Array(limits.maxValueBytes);
        const filling = limits.maxValuesTotalBytes / limits.maxValueBytes;
        for (let i = 0; i < filling; i++) kv.set(`k${i}`, value);
        expect(() => kv.set('more', bytes('x'))).toThrow(failure('ENOSPC', /67108864 bytes of values/));
        kv.set('k0', value.subarray(1));
        kv.set('more', bytes('x'));
      }),
    );
  });
}
