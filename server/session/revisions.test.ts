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
  const first = store.append({ cause: 'input', causeNumber: 1, at: 10, heaps: { javascript: 5 } });
  expect(first).toEqual({
    number: 1,
    parent: null,
    restored: null,
    cause: 'input',
    causeNumber: 1,
    at: 10,
    milliseconds: null,
    origin: null,
    heaps: { javascript: 5, python: null },
  });
  store.append({ cause: 'files', causeNumber: null, at: 11 });
  const third = store.append({ cause: 'input', causeNumber: 2, at: 12, heaps: { python: 6 } });
  expect(third).toMatchObject({ number: 3, parent: 2, heaps: { javascript: 5, python: 6 } });
  const reopened = new RevisionStore(database);
  expect([reopened.head, reopened.next]).toEqual([third, 4]);
});

it('a revision of a transaction that failed never was', async () => {
  const database = await makeMemoryDatabase();
  migrate(database);
  const store = new RevisionStore(database);
  store.append({ cause: 'input', causeNumber: 1, at: 0, heaps: { javascript: 1 } });
  const failing = () =>
    database.transaction(() => {
      store.append({ cause: 'input', causeNumber: 2, at: 0, heaps: { javascript: 2 } });
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  expect(new RevisionStore(database).head).toMatchObject({ number: 1, heaps: { javascript: 1 } });
});
