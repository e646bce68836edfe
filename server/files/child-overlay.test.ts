/** Changes within changes: what a child sees, and what is put into its parent. */

import { expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { ChildOverlay } from './child-overlay.ts';
import { FileStore } from './file-store.ts';
import type { Overlay } from './overlay.ts';
import { createFileTables } from './schema.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | null) => found && new TextDecoder().decode(found);

/** A store whose head has `a`, `d/b` and the key `k`, and an overlay that changed all of it and made more. */
async function open(): Promise<{ store: FileStore; parent: Overlay; child: ChildOverlay }> {
  const database = await makeMemoryDatabase();
  createFileTables(database);
  const store = new FileStore(database, () => 1);
  const first = store.open();
  first.files.write('a', bytes('head'));
  first.files.makeDirectory('d', { recursive: false });
  first.files.write('d/b', bytes('head'));
  first.kv.set('k', bytes('head'));
  database.transaction(() => first.commit(1));
  const parent = store.open();
  parent.files.write('a', bytes('parent'));
  parent.files.remove('d', { recursive: true });
  parent.files.makeDirectory('e/f', { recursive: true });
  parent.files.write('e/c', bytes('parent'));
  parent.kv.set('k', bytes('parent'));
  parent.kv.set('m', bytes('parent'));
  return { store, parent, child: new ChildOverlay(store, parent) };
}

function contents({ files, kv }: Overlay): unknown {
  const walk = (path: string): unknown[] =>
    files.list(path).flatMap(({ name, kind }) => {
      const full = path === '' ? name : `${path}/${name}`;
      return kind === 'directory' ? [`${full}/`, ...walk(full)] : [`${full}=${text(files.read(full))}`];
    });
  return [walk(''), kv.list('').map((key) => `${key}=${text(kv.get(key))}`)];
}

it('begins as its parent is, and neither sees what the other does from then on', async () => {
  const { parent, child } = await open();
  const begun = [
    ['a=parent', 'e/', 'e/c=parent', 'e/f/'],
    ['k=parent', 'm=parent'],
  ];
  expect(contents(child.overlay)).toEqual(begun);
  parent.files.write('a', bytes('later'));
  child.overlay.files.write('e/c', bytes('child'));
  expect(text(child.overlay.files.read('a'))).toBe('parent');
  expect(text(parent.files.read('e/c'))).toBe('parent');
  child.discard();
  expect(text(parent.files.read('e/c'))).toBe('parent');
});

it('puts what it changed, and nothing else, into what its parent is by then', async () => {
  const { parent, child } = await open();
  const { files, kv } = child.overlay;
  files.remove('e/f', { recursive: true });
  files.remove('e/c', { recursive: false });
  files.write('e/new', bytes('child'));
  files.makeDirectory('d', { recursive: false });
  files.write('x', bytes('child'));
  kv.delete('m');
  kv.set('n', bytes('child'));
  parent.files.write('a', bytes('later'));
  parent.kv.set('k', bytes('later'));
  parent.files.makeDirectory('x', { recursive: false });
  child.mergeInto(parent);
  child.discard();
  expect(contents(parent)).toEqual([
    ['a=later', 'd/', 'e/', 'e/new=child', 'x=child'],
    ['k=later', 'n=child'],
  ]);
});

it('can be merged into an overlay that was opened after its parent was committed', async () => {
  const { store, parent, child } = await open();
  child.overlay.files.write('a', bytes('child'));
  parent.commit(2);
  const next = store.open();
  child.mergeInto(next);
  child.discard();
  next.commit(3);
  expect(contents(store.open())).toEqual([
    ['a=child', 'e/', 'e/c=parent', 'e/f/'],
    ['k=parent', 'm=parent'],
  ]);
});

it('leaves the contents of a file in R2 to what it is merged into, as long as that is open', async () => {
  const { parent, child } = await open();
  let isLetGo = false;
  child.overlay.files.placeLarge('large', { key: 'key', size: 9_000_000, sha256: '' });
  child.overlay.onClose(() => {
    isLetGo = true;
  });
  child.mergeInto(parent);
  child.discard();
  expect([isLetGo, parent.files.stat('large')]).toEqual([false, expect.objectContaining({ storedIn: 'r2' })]);
  parent.discard();
  expect(isLetGo).toBe(true);
});
