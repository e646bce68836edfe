/** What the file store must do on every database: overlays, chunks, restarts and history, case by case. */

import { describe, expect, it } from 'vitest';
import type { WithDatabase } from '../storage-contract.ts';
import * as limits from './limits.ts';
import type { Overlay } from './overlay.ts';
import { Bench, bytes, failure, flat, text, withBenchOn } from './store-bench.test-support.ts';

export function storeContract(withDatabase: WithDatabase): void {
  const withBench = withBenchOn(withDatabase);

  describe('an overlay', () => {
    it(
      'is seen by its writer alone until it is committed',
      withBench((bench) => {
        const [one, other] = [bench.store.open(), bench.store.open()];
        one.files.write('a', bytes('one'));
        one.kv.set('k', bytes('v'));
        expect(text(one.files.read('a'))).toBe('one');
        expect(other.files.stat('a')).toBeNull();
        expect(other.kv.get('k')).toBeNull();
        expect(bench.store.view('head').files.list('')).toEqual([]);
        expect(bench.commit(one)).toEqual({
          changes: [{ path: 'a', change: 'written', kind: 'file', size: 3 }],
          keys: ['k'],
          conflicts: { paths: [], keys: [] },
        });
        expect(text(other.files.read('a'))).toBe('one');
        expect(text(other.kv.get('k'))).toBe('v');
      }),
    );

    it(
      'wins over a commit made since it was opened, and reports the conflict',
      withBench((bench) => {
        const late = bench.store.open();
        late.files.write('a', bytes('late'));
        late.files.write('mine', bytes('late'));
        late.kv.set('k', bytes('late'));
        bench.write(({ files, kv }) => {
          files.write('a', bytes('early'));
          files.write('theirs', bytes('early'));
          kv.set('k', bytes('early'));
        });
        expect(bench.commit(late).conflicts).toEqual({ paths: ['a'], keys: ['k'] });
        const { files, kv } = bench.store.view('head');
        expect(['a', 'mine', 'theirs'].map((path) => text(files.read(path)))).toEqual(['late', 'late', 'early']);
        expect(text(kv.get('k'))).toBe('late');
      }),
    );

    it(
      'keeps a file that it has begun to change as it was then, between its own chunks',
      withBench((bench) => {
        bench.write(({ files }) => files.write('a', new Uint8Array(2 * limits.chunkSize).fill(1)));
        const overlay = bench.store.open();
        overlay.files.writeAt('a', 0, bytes('x'));
        bench.write(({ files }) => files.writeAt('a', limits.chunkSize, bytes('yyy')));
        expect(overlay.files.read('a', limits.chunkSize, 1)).toEqual(new Uint8Array([1]));
        bench.commit(overlay);
        expect(bench.store.view('head').files.read('a', limits.chunkSize, 1)).toEqual(new Uint8Array([1]));
      }),
    );

    it(
      'makes again the directories that it wrote into, if they were removed meanwhile',
      withBench((bench) => {
        bench.write(({ files }) => files.makeDirectory('d/e', { recursive: true }));
        const overlay = bench.store.open();
        overlay.files.write('d/e/f', bytes('f'));
        bench.write(({ files }) => files.remove('d', { recursive: true }));
        const { changes, conflicts } = bench.commit(overlay);
        expect(changes.map(({ path, change }) => [path, change])).toEqual([
          ['d', 'made'],
          ['d/e', 'made'],
          ['d/e/f', 'written'],
        ]);
        expect(conflicts.paths).toEqual(['d', 'd/e']);
      }),
    );

    it(
      'removes no directory that somebody else has put something into',
      withBench((bench) => {
        bench.write(({ files }) => files.makeDirectory('d', flat));
        const overlay = bench.store.open();
        overlay.files.remove('d', flat);
        bench.write(({ files }) => files.write('d/new', bytes('new')));
        expect(bench.commit(overlay).conflicts.paths).toEqual(['d']);
        expect(text(bench.store.view('head').files.read('d/new'))).toBe('new');
      }),
    );

    it(
      'commits nothing, and moves no head, when nothing was written',
      withBench((bench) => {
        const { changes, keys } = bench.write(({ files }) => {
          files.write('a', bytes('a'));
          files.remove('a', flat);
        });
        expect([changes, keys, bench.store.head, bench.count('blob')]).toEqual([[], [], 0, 0]);
      }),
    );

    it(
      'refuses a revision that is not newer than the head',
      withBench((bench) => {
        bench.write(({ files }) => files.write('a', bytes('a')));
        const overlay = bench.store.open();
        overlay.files.write('a', bytes('b'));
        expect(() => bench.db.transaction(() => overlay.commit(1))).toThrow(/not newer/);
      }),
    );
  });

  describe('file operations fail as Node users know, and change nothing', () => {
    const cases: [string, string, (overlay: Overlay) => unknown][] = [
      ['reading what is not there', 'ENOENT', ({ files }) => files.read('no')],
      ['reading a directory', 'EISDIR', ({ files }) => files.read('d')],
      ['reading the working directory', 'EISDIR', ({ files }) => files.read('')],
      ['listing what is not there', 'ENOENT', ({ files }) => files.list('no')],
      ['listing a file', 'ENOTDIR', ({ files }) => files.list('f')],
      ['writing without a directory', 'ENOENT', ({ files }) => files.write('no/x', bytes(''))],
      ['writing below a file', 'ENOTDIR', ({ files }) => files.write('f/x', bytes(''))],
      ['writing far below a file', 'ENOTDIR', ({ files }) => files.write('f/x/y', bytes(''))],
      ['writing onto a directory', 'EISDIR', ({ files }) => files.write('d', bytes(''))],
      ['writing a path that is not normalised', 'EINVAL', ({ files }) => files.write('d/../x', bytes(''))],
      ['writing outside', 'EACCES', ({ files }) => files.write('../x', bytes(''))],
      ['writing at a negative offset', 'EINVAL', ({ files }) => files.writeAt('f', -1, bytes('x'))],
      ['truncating to a fraction', 'EINVAL', ({ files }) => files.truncate('f', 0.5)],
      ['truncating what is not there', 'ENOENT', ({ files }) => files.truncate('no', 0)],
      ['making a directory twice', 'EEXIST', ({ files }) => files.makeDirectory('d', flat)],
      ['making a directory over a file', 'EEXIST', ({ files }) => files.makeDirectory('f', { recursive: true })],
      ['making a directory below a file', 'ENOTDIR', ({ files }) => files.makeDirectory('f/x/y', { recursive: true })],
      ['making a directory without parent', 'ENOENT', ({ files }) => files.makeDirectory('no/x', flat)],
      ['removing what is not there', 'ENOENT', ({ files }) => files.remove('no', flat)],
      ['removing a directory with contents', 'ENOTEMPTY', ({ files }) => files.remove('d', flat)],
      ['removing the working directory', 'EINVAL', ({ files }) => files.remove('', { recursive: true })],
      ['renaming a directory into itself', 'EINVAL', ({ files }) => files.rename('d', 'd/e/x')],
      ['renaming a file over a directory', 'EISDIR', ({ files }) => files.rename('f', 'empty')],
      ['renaming a directory over a file', 'ENOTDIR', ({ files }) => files.rename('d', 'f')],
      ['renaming over a directory with contents', 'ENOTEMPTY', ({ files }) => files.rename('empty', 'd')],
      ['renaming so that a path grows too long', 'ENAMETOOLONG', ({ files }) => files.rename('d', 'x'.repeat(256))],
      ['copying onto a directory', 'EEXIST', ({ files }) => files.copy('f', 'empty')],
    ];
    it.each(cases)('%s: %s', (_, code, attempt) =>
      withDatabase((db) => {
        const bench = new Bench(db);
        bench.write(({ files }) => {
          files.makeDirectory('d/e', { recursive: true });
          files.makeDirectory('empty', flat);
          files.write('f', bytes('f'));
        });
        const overlay = bench.store.open();
        expect(() => attempt(overlay)).toThrow(failure(code));
        expect(bench.commit(overlay).changes).toEqual([]);
      }),
    );

    it(
      'writing a committed revision: EACCES',
      withBench((bench) => {
        const { files, kv } = bench.store.view('head');
        expect(() => files.write('a')).toThrow(failure('EACCES'));
        expect(() => files.rename('a')).toThrow(failure('EACCES'));
        expect(() => kv.set('k')).toThrow(failure('EACCES'));
      }),
    );
  });

  describe('chunks', () => {
    it(
      'a byte in an 8 MiB file is one chunk written',
      withBench((bench) => {
        bench.write(({ files }) => files.write('a', new Uint8Array(limits.maxSqliteFileBytes).fill(1)));
        expect([bench.count('blob'), bench.count('file_chunk')]).toEqual([128, 128]);
        bench.write(({ files }) => files.writeAt('a', 5_000_000, new Uint8Array([2])));
        expect([bench.count('blob'), bench.count('file_chunk')]).toEqual([129, 129]);
        expect(bench.store.view('head').files.read('a', 4_999_999, 3)).toEqual(new Uint8Array([1, 2, 1]));
        expect(bench.store.view(1).files.read('a', 4_999_999, 3)).toEqual(new Uint8Array([1, 1, 1]));
      }),
    );

    it(
      'renaming and copying write no contents, and copies are independent',
      withBench((bench) => {
        bench.write(({ files }) => files.write('a', new Uint8Array(200_000).fill(1)));
        const blobs = bench.count('blob');
        bench.write(({ files }) => {
          files.rename('a', 'b');
          files.copy('b', 'c');
        });
        expect(bench.count('blob')).toBe(blobs);
        bench.write(({ files }) => files.writeAt('b', 0, new Uint8Array([9])));
        expect(bench.store.view('head').files.read('c', 0, 1)).toEqual(new Uint8Array([1]));
      }),
    );

    it(
      'a gap reads as zeros and takes no room, also where bytes had been before',
      withBench((bench) => {
        bench.write(({ files }) => {
          files.write('a', bytes('abcdef'));
          files.truncate('a', 2);
          files.truncate('a', 8_000_000);
          files.writeAt('a', 7_999_999, bytes('z'));
        });
        const { files } = bench.store.view('head');
        expect(files.read('a', 0, 6)).toEqual(new Uint8Array([97, 98, 0, 0, 0, 0]));
        expect([bench.count('blob'), files.stat('a')?.size]).toEqual([2, 8_000_000]);
        expect(files.read('a', 8_000_000, 10)).toEqual(new Uint8Array());
      }),
    );

    it(
      'bytes given and taken are copies',
      withBench((bench) => {
        const { files, kv } = bench.store.open();
        const given = bytes('given');
        files.write('a', given);
        kv.set('k', given);
        given.fill(0);
        files.read('a').fill(0);
        kv.get('k')?.fill(0);
        expect([text(files.read('a')), text(kv.get('k'))]).toEqual(['given', 'given']);
      }),
    );

    it(
      'what a writer wrote ahead is dropped at a restart and at discard, and only that',
      withBench((bench) => {
        bench.write(({ files }) => files.write('kept', new Uint8Array(100_000).fill(1)));
        const kept = bench.count('blob');
        const writeMuch = () => {
          const overlay = bench.store.open();
          overlay.files.write('lost', new Uint8Array(3_000_000).fill(2));
          overlay.files.writeAt('kept', 0, bytes('lost'));
          expect(bench.count('blob')).toBeGreaterThan(kept);
          return overlay;
        };
        writeMuch();
        const { files } = bench.restart().view('head');
        expect([bench.count('blob'), files.stat('lost')]).toEqual([kept, null]);
        writeMuch().discard();
        expect(bench.count('blob')).toBe(kept);
        expect(files.read('kept', 0, 4)).toEqual(new Uint8Array([1, 1, 1, 1]));
      }),
    );
  });

  describe('history', () => {
    it(
      'restores an old revision as a new one without copying contents, and can come back',
      withBench((bench) => {
        bench.write(({ files, kv }) => {
          files.write('a', bytes('one'));
          files.makeDirectory('d', flat);
          kv.set('k', bytes('one'));
        });
        bench.write(({ files, kv }) => {
          files.write('a', bytes('two'));
          files.rename('d', 'e');
          kv.delete('k');
        });
        const blobs = bench.count('blob');
        expect(bench.db.transaction(() => bench.store.restore(1, 3))).toEqual([
          { path: 'a', change: 'written', kind: 'file', size: 3 },
          { path: 'd', change: 'made', kind: 'directory', size: 0 },
          { path: 'e', change: 'removed', kind: 'directory', size: 0 },
        ]);
        expect(bench.count('blob')).toBe(blobs);
        bench.db.transaction(() => bench.store.restore(2, 4));
        for (const [revision, a, k] of [
          [1, 'one', 'one'],
          [2, 'two', null],
          [3, 'one', 'one'],
          [4, 'two', null],
        ] as const) {
          const { files, kv } = bench.store.view(revision);
          expect([text(files.read('a')), text(kv.get('k'))]).toEqual([a, k]);
        }
      }),
    );

    it(
      'lets go of revisions that are not kept, contents and all',
      withBench((bench) => {
        for (const fill of [1, 2, 3, 4]) bench.write(({ files }) => files.write('a', new Uint8Array(10).fill(fill)));
        bench.db.transaction(() => bench.store.prune([2, 4]));
        expect(bench.count('blob')).toBe(2);
        expect([2, 4].map((revision) => bench.store.view(revision).files.read('a')[0])).toEqual([2, 4]);
      }),
    );
  });
}
