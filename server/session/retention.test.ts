/** What is kept and what goes: at the limits and one over, with chains across the cut and checkpoints far back. */

import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryDatabase, makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { SessionStore } from './store.ts';

const ROW = 1_900_000;
/** How many revisions more than the limit may gather. */
const SLACK = 50;
const LOOK_EVERY = 20;
const ENDLESS = Number.POSITIVE_INFINITY;

let database: MemoryDatabase;
let store: SessionStore;

beforeEach(async () => {
  database = await makeMemoryDatabase();
  store = open();
});

function open(): SessionStore {
  return new SessionStore(
    database,
    () => 'an epoch',
    () => 0,
  );
}

interface What {
  readonly cause?: 'input' | 'background';
  /** Bytes of the heap; left out, the heap stays. */
  readonly heap?: number;
  readonly isKeyframe?: boolean;
  /** Bytes of the one file. */
  readonly file?: number;
}

/** Commits a revision whose heap and file are filled with its number. */
function commit({ cause = 'input', heap, isKeyframe = false, file }: What): number {
  const number = store.revisions.next;
  const overlay = store.files.open();
  if (file !== undefined) overlay.files.write('f', new Uint8Array(file).fill(number));
  const committed = store.commit({
    cause,
    causeNumber: cause === 'input' ? number : null,
    at: 0,
    overlay,
    ...(heap === undefined
      ? {}
      : {
          heap: {
            kernel: 'javascript',
            engine: 'an engine',
            isPending: false,
            kind: isKeyframe ? 'keyframe' : 'delta',
            bytes: new Uint8Array(heap).fill(number),
          },
        }),
  });
  expect(committed?.revision.number).toBe(number);
  return number;
}

function commits(count: number, what: What = { heap: 1 }): void {
  for (let at = 0; at < count; at++) commit(what);
}

function retention(limits: Partial<RetentionLimits>): Retention {
  return new Retention(store, { revisions: 10, bytes: ENDLESS, largeBytes: ENDLESS, ...limits });
}

/** Numbers of the revisions that are kept, oldest first. */
function kept(): number[] {
  return store.revisions
    .newest(1000)
    .map(({ number }) => number)
    .reverse();
}

function rows(table: string): number {
  return database.all<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`)[0]?.n ?? 0;
}

/** What the deltas of a revision's heap were filled with, keyframe first. */
function chain(revision: number): (number | undefined)[] {
  const heap = store.revisions.get(revision)?.heaps.javascript ?? null;
  return heap === null ? [] : [...store.heaps.load(heap).deltas].map((delta) => delta[0]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

describe('background work on top of background work', () => {
  const tick = { cause: 'background', heap: 1, file: 1 } as const;

  it('takes its place: a timer that ticks for hours pushes no step out', () => {
    commits(3);
    commits(100, tick);
    commits(1);
    commits(2, tick);
    expect(kept()).toEqual([1, 2, 3, 103, 104, 106]);
    expect(store.revisions.count).toBe(6);
    expect(retention({}).isDue()).toBe(false);
    expect(open().revisions.count).toBe(6);
    expect([103, 106].map((number) => store.revisions.get(number)?.parent)).toEqual([3, 104]);
    expect(chain(106)).toEqual(range(1, 106));
  });

  it('leaves a revision with a name, and what was gone back to', () => {
    const named = commit(tick);
    store.revisions.setCheckpoint('kept', named);
    const left = commit(tick);
    const origin = { how: 'goto', checkpoint: null, terminal: null } as const;
    store.restore(store.revisions.get(left), 0, origin);
    commits(2, tick);
    expect(kept()).toEqual([named, left, 3, 5]);
  });

  it('counts with what it stored until that goes; no step goes for it', () => {
    commit({ heap: 1, isKeyframe: true });
    const limit = retention({ bytes: 6 * ROW });
    commits(LOOK_EVERY, { cause: 'background', heap: ROW, isKeyframe: true });
    expect(limit.isDue()).toBe(true);
    expect(limit.prune()).toBeNull();
    expect([kept(), rows('heap')]).toEqual([[1, LOOK_EVERY + 1], 2]);
    expect(limit.isDue()).toBe(false);
  });
});

describe('the number of revisions', () => {
  it('may be the limit; of one more, the oldest goes', () => {
    commits(10);
    retention({}).prune();
    expect(kept()).toEqual(range(1, 10));
    commits(1);
    retention({}).prune();
    expect(kept()).toEqual(range(2, 11));
    expect(store.revisions.count).toBe(10);
  });

  it('is looked at after some more have gathered', () => {
    const each = retention({});
    commits(10 + SLACK);
    expect(each.isDue()).toBe(false);
    commits(1);
    expect(each.isDue()).toBe(true);
    each.prune();
    expect(each.isDue()).toBe(false);
  });

  it('does not count checkpoints: many of them do not make each commit due', () => {
    for (const at of range(1, SLACK + 5)) store.revisions.setCheckpoint(`c${at}`, commit({ heap: 1 }));
    commits(15);
    const each = retention({});
    each.prune();
    expect(store.revisions.count).toBe(SLACK + 15);
    expect(each.isDue()).toBe(false);
    expect(retention({}).isDue()).toBe(false);
  });
});

describe('the bytes of heaps', () => {
  it('may be the limit; of one more, half of the revisions go', () => {
    commits(8, { heap: 100, isKeyframe: true });
    retention({ bytes: 800 }).prune();
    expect(kept()).toEqual(range(1, 8));
    retention({ bytes: 799 }).prune();
    expect(kept()).toEqual(range(5, 8));
    expect(rows('heap')).toBe(4);
  });

  it('are looked at now and then, and at once in a session that was opened anew', () => {
    const each = retention({ revisions: 100, bytes: 2000 });
    commits(LOOK_EVERY - 1, { heap: 100, isKeyframe: true });
    expect(each.isDue()).toBe(false);
    commits(1, { heap: 100, isKeyframe: true });
    expect(each.isDue()).toBe(false);
    commits(LOOK_EVERY - 2, { heap: 100, isKeyframe: true });
    expect(each.isDue()).toBe(false);
    commits(1, { heap: 100, isKeyframe: true });
    expect(each.isDue()).toBe(true);
    expect(retention({ revisions: 100, bytes: 2000 }).isDue()).toBe(true);
  });

  it('never cost the head', () => {
    commits(3, { heap: 100, isKeyframe: true });
    retention({ bytes: 1 }).prune();
    expect(kept()).toEqual([3]);
    expect(chain(3)).toEqual([3]);
  });

  it('that checkpoints need cost the others nothing', () => {
    store.revisions.setCheckpoint('large', commit({ heap: 10_000, isKeyframe: true }));
    commits(4, { heap: 100, isKeyframe: true });
    retention({ bytes: 400 }).prune();
    expect(kept()).toEqual(range(1, 5));
  });

  it('count in every row that a heap takes', () => {
    commits(2, { heap: 2 * ROW + 1, isKeyframe: true });
    expect(rows('heap_part')).toBe(4);
    retention({ bytes: 2 * (2 * ROW + 1) }).prune();
    expect(kept()).toEqual([1, 2]);
    retention({ bytes: 2 * (2 * ROW + 1) - 1 }).prune();
    expect(kept()).toEqual([2]);
    expect([rows('heap'), rows('heap_part')]).toEqual([1, 2]);
  });
});

describe('the bytes of files', () => {
  it('count once the head no longer has them', () => {
    commits(5, { file: 100 });
    expect(store.files.formerBytes(1)).toBe(400);
    retention({ bytes: 400 }).prune();
    expect(kept()).toEqual(range(1, 5));
    retention({ bytes: 399 }).prune();
    expect(kept()).toEqual([3, 4, 5]);
    expect(store.files.formerBytes(1)).toBe(200);
    expect(rows('blob')).toBe(3);
  });

  it('do not count while the head has them', () => {
    commit({ file: 100_000 });
    commits(5);
    retention({ bytes: 5 }).prune();
    expect(kept()).toEqual(range(1, 6));
  });
});

describe('the bytes of large files', () => {
  const MiB = 1024 * 1024;

  function commitLarge(key: string): void {
    const overlay = store.files.open();
    overlay.files.placeLarge('large', { key, size: 100 * MiB, sha256: '' });
    store.commit({ cause: 'files', causeNumber: null, at: 0, overlay });
  }

  it('count once the head no longer has them, and their objects are let go of', () => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) commitLarge(key);
    expect([store.files.formerBytes(1), store.files.formerLargeBytes(1)]).toEqual([0, 400 * MiB]);
    expect(retention({ largeBytes: 400 * MiB }).prune()).toBeNull();
    expect(retention({ largeBytes: 400 * MiB - 1 }).prune()).toEqual({ count: 2, first: 1, last: 2 });
    expect(kept()).toEqual([3, 4, 5]);
    expect(database.all('SELECT r2_key FROM r2_orphan ORDER BY r2_key')).toEqual([{ r2_key: 'a' }, { r2_key: 'b' }]);
  });

  it('that came back with an old revision do not count', () => {
    for (const key of ['a', 'b']) commitLarge(key);
    store.restore(store.revisions.get(1), 0, { how: 'undo', checkpoint: null, terminal: null });
    expect(store.files.formerLargeBytes(1)).toBe(100 * MiB);
  });
});

describe('a chain of heaps', () => {
  it('that crosses the cut is kept down to its keyframe, though its revisions are not', () => {
    commits(5);
    retention({ revisions: 2 }).prune();
    expect(kept()).toEqual([4, 5]);
    expect(rows('heap')).toBe(5);
    expect(chain(5)).toEqual(range(1, 5));
  });

  it('that was cut at what is kept goes', () => {
    commits(5);
    const heap = store.revisions.get(4)?.heaps.javascript ?? 0;
    database.transaction(() => store.heaps.rewrite(heap, new Uint8Array([40])));
    retention({ revisions: 2 }).prune();
    expect(rows('heap')).toBe(2);
    expect(chain(5)).toEqual([40, 5]);
    expect(chain(4)).toEqual([40]);
  });

  it('of a revision that was restored is kept for that one', () => {
    commits(3);
    store.restore(store.revisions.get(1), 0, { how: 'goto', checkpoint: null, terminal: null });
    retention({ revisions: 1 }).prune();
    expect(kept()).toEqual([4]);
    expect([chain(4), rows('heap')]).toEqual([[1], 1]);
    commit({ heap: 1 });
    expect(chain(5)).toEqual([1, 5]);
  });
});

describe('checkpoints', () => {
  it('far back are kept with their heap and files, and with nothing of what lay between', () => {
    commits(3, { heap: 10, file: 70_000 });
    store.revisions.setCheckpoint('old', 2);
    commits(100, { heap: 10, isKeyframe: true, file: 70_000 });
    retention({ revisions: 3 }).prune();
    expect(kept()).toEqual([2, 101, 102, 103]);
    expect(chain(2)).toEqual([1, 2]);
    for (const revision of kept()) {
      const contents = store.files.view(revision).files.read('f');
      expect([contents.length, ...new Set(contents)]).toEqual([70_000, revision]);
    }
    expect([rows('heap'), rows('file_entry'), rows('blob')]).toEqual([5, 4, 8]);
  });

  it('of one revision keep it once, and let it go with the last of their names', () => {
    commits(3);
    store.revisions.setCheckpoint('one', 1);
    store.revisions.setCheckpoint('two', 1);
    retention({ revisions: 1 }).prune();
    expect(kept()).toEqual([1, 3]);
    store.revisions.setCheckpoint('one', 3);
    retention({ revisions: 1 }).prune();
    expect(kept()).toEqual([1, 3]);
    store.revisions.setCheckpoint('two', 3);
    retention({ revisions: 1 }).prune();
    expect(kept()).toEqual([3]);
  });
});

describe('the way to the head', () => {
  const inputs = (): unknown => store.revisions.inputs((input) => input !== 4);

  it('stays known when its revisions are gone', () => {
    commits(5);
    store.restore(store.revisions.get(3), 0, { how: 'undo', checkpoint: null, terminal: null });
    commits(2);
    expect(inputs()).toEqual({ inputs: [1, 2, 3, 7, 8], isWhole: true });
    retention({ revisions: 1 }).prune();
    expect(inputs()).toEqual({ inputs: [1, 2, 3, 7, 8], isWhole: true });
  });

  it('begins where the variables were emptied, unless no step was made since', () => {
    commits(2);
    store.reset(0, { how: 'reset', checkpoint: null, terminal: null });
    expect(inputs()).toEqual({ inputs: [1, 2], isWhole: true });
    commits(1);
    expect(inputs()).toEqual({ inputs: [1, 2, 4], isWhole: true });
    commits(1);
    expect(inputs()).toEqual({ inputs: [4, 5], isWhole: true });
    retention({ revisions: 1 }).prune();
    expect(inputs()).toEqual({ inputs: [4, 5], isWhole: true });
  });

  it('leads on into the session that this one is a fork of, as far as it was known there', () => {
    for (const isWhole of [true, false]) {
      database.run('DELETE FROM past');
      store.revisions.rememberSource({ inputs: [3, 5], isWhole });
      if (store.revisions.head === null) store.revisions.append({ cause: 'fork', causeNumber: null, at: 0 });
      expect(inputs()).toEqual({ inputs: [3, 5], isWhole });
    }
    store.revisions.append({ cause: 'input', causeNumber: 6, at: 0 });
    retention({ revisions: 1 }).prune();
    expect(inputs()).toEqual({ inputs: [3, 5, 6], isWhole: false });
  });

  it('is known for so many revisions', () => {
    commits(3);
    retention({ revisions: 1 }).prune();
    database.run('DELETE FROM past WHERE number = 1');
    expect(inputs()).toEqual({ inputs: [2, 3], isWhole: false });
  });
});

describe('pruning', () => {
  it('is the same after the store was opened anew, and finds nothing more to do', () => {
    commits(30, { heap: 10, file: 10 });
    retention({}).prune();
    store = open();
    expect(store.revisions.count).toBe(10);
    retention({}).prune();
    expect(kept()).toEqual(range(21, 30));
    expect(commit({ heap: 1 })).toBe(31);
  });

  it('leaves an overlay what it may still read', () => {
    commit({ file: 100 });
    const overlay = store.files.open();
    commits(5, { file: 100 });
    retention({ revisions: 1 }).prune();
    expect(overlay.files.read('f')[0]).toBe(6);
    overlay.discard();
  });

  it('of an empty session does nothing', () => {
    const each = retention({ revisions: 1, bytes: 0 });
    expect(each.isDue()).toBe(false);
    each.prune();
    expect(kept()).toEqual([]);
  });
});
