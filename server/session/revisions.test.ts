/** Revisions: an append-only chain that survives restarts. */

import { expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { RevisionStore } from './revisions.ts';
import { migrate } from './schema.ts';

it('revisions stand on each other and keep the heaps that are not replaced', async () => {
  const database = await makeMemoryDatabase();
  migrate(database);
  const store = new RevisionStore(database);
  expect([store.head, store.next]).toEqual([null, 1]);
  const first = store.append('input', 1, 10, { javascript: 5 });
  expect(first).toEqual({
    number: 1,
    parent: null,
    cause: 'input',
    causeNumber: 1,
    at: 10,
    heaps: { javascript: 5, python: null },
  });
  store.append('files', null, 11);
  const third = store.append('input', 2, 12, { python: 6 });
  expect(third).toMatchObject({ number: 3, parent: 2, heaps: { javascript: 5, python: 6 } });
  const reopened = new RevisionStore(database);
  expect([reopened.head, reopened.next]).toEqual([third, 4]);
});

it('a revision of a transaction that failed never was', async () => {
  const database = await makeMemoryDatabase();
  migrate(database);
  const store = new RevisionStore(database);
  store.append('input', 1, 0, { javascript: 1 });
  const failing = () =>
    database.transaction(() => {
      store.append('input', 2, 0, { javascript: 2 });
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  expect(new RevisionStore(database).head).toMatchObject({ number: 1, heaps: { javascript: 1 } });
});
