/** The files that a program sees, and the revisions that it makes of them. */

import { expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { FileStore } from '../files/file-store.ts';
import type { Overlay } from '../files/overlay.ts';
import { ProgramFiles } from './program-files.ts';
import { migrate } from './schema.ts';

async function open() {
  const database = await makeMemoryDatabase();
  migrate(database);
  const store = new FileStore(database, () => 1);
  const commit = (overlay: Overlay) => database.transaction(() => overlay.commit(store.head + 1));
  return { store, files: new ProgramFiles(store, commit) };
}

const bytes = new Uint8Array([1]);

it.each(['../x', '/etc/passwd', '', 'a//b', 'a/./b', 'a\0b', 'no-parent/x', 'x'.repeat(2000)])(
  'refuses to write %j, and all that follows',
  async (path) => {
    const { store, files } = await open();
    files.change({ op: 'write', path: 'before', bytes });
    files.change({ op: 'write', path, bytes });
    files.change({ op: 'write', path: 'after', bytes });
    expect(files.failure).not.toBeNull();
    files.commit();
    expect(store.view('head').files.list('')).toEqual([]);
    files.discard();
  },
);

it('gives no file that is not the session’s', async () => {
  const { files } = await open();
  files.change({ op: 'write', path: 'a', bytes });
  expect(files.file(['../a', '/a', '', 'a\0', 'a'])).toEqual({ path: 'a', bytes });
  expect(files.file(['b'])).toBeNull();
});

it('goes on with another revision after a commit, and drops what comes after the last', async () => {
  const { store, files } = await open();
  expect(files.snapshot()).toEqual({ revision: 0, files: [] });
  files.change({ op: 'directory', path: 'd' });
  files.change({ op: 'write', path: 'd/a', bytes });
  files.commit();
  files.change({ op: 'remove', path: 'd/a' });
  files.change({ op: 'remove', path: 'never-was' });
  files.discard();
  expect(files.failure).toBeNull();
  expect(files.snapshot().files.map(({ path }) => path)).toEqual(['d', 'd/a']);
  expect(store.head).toBe(1);
});
