/** An input is stored once: alone and early, or together with its end. */

import { beforeEach, describe, expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import type { Database } from '../database.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Acceptance } from './acceptance.ts';
import { Log } from './log.ts';
import { RequestStore } from './requests.ts';
import { migrate } from './schema.ts';

let database: Database;
let clock: ManualClock;
let log: Log;
let requests: RequestStore;
let told: number[];
let failures: unknown[];
let acceptance: Acceptance;

beforeEach(async () => {
  database = await makeMemoryDatabase();
  migrate(database);
  clock = new ManualClock();
  log = new Log(database, () => 'e1');
  requests = new RequestStore(database);
  told = [];
  failures = [];
  const body = { at: 0, input: 1, terminal: 'a test', language: 'js', code: '1' } as const;
  acceptance = new Acceptance({
    database,
    clock,
    write: (isOpen) => {
      requests.acceptInput({ client: 'a', request: 1 }, 'js', '1', isOpen);
      return log.append({ name: 'input', body });
    },
    tell: ({ seq }) => told.push(seq),
    fatal: (error) => failures.push(error),
  });
});

describe('an input that was taken', () => {
  it('is stored by whatever asks first, once, and told of', () => {
    expect(acceptance.seq).toBe(null);
    acceptance.settle();
    acceptance.settle();
    expect([acceptance.seq, told, requests.open('input'), failures]).toEqual([1, [1], [1], []]);
    expect(acceptance.storeEnded()).toBe(false);
  });

  it('is stored when the event loop comes round, not before', async () => {
    await acceptance.settleSoon();
    expect([acceptance.seq, told]).toEqual([null, []]);
    clock.advance(0);
    expect([acceptance.seq, told, requests.open('input')]).toEqual([1, [1], [1]]);
  });

  it('is stored with its end, and told of only when that stands', async () => {
    await acceptance.settleSoon();
    expect(database.transaction(() => acceptance.storeEnded())).toBe(true);
    expect([acceptance.seq, told, requests.open('input')]).toEqual([1, [], []]);
    acceptance.tell();
    acceptance.tell();
    acceptance.settle();
    clock.advance(1000);
    expect([told, requests.find({ client: 'a', request: 1 })]).toEqual([[1], { cause: 'input', number: 1 }]);
  });

  it('needs no timer when it is stored at once', async () => {
    const soon = acceptance.settleSoon();
    database.transaction(() => acceptance.storeEnded());
    await soon;
    expect(clock.waiting).toBe(0);
  });

  it('is not told of when it cannot be stored', () => {
    database.run('DROP TABLE log');
    acceptance.settle();
    expect([told, failures.length, requests.open('input')]).toEqual([[], 1, []]);
  });
});
