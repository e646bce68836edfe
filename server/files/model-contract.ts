/** Random operations, commits, discards, restarts, restores and prunes on the store, compared with the naive model. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Database } from '../database.ts';
import type { WithDatabase } from '../storage-contract.ts';
import { FileStore } from './file-store.ts';
import { FileError, type FileSystem, type KeyValue } from './file-system.ts';
import { chunkSize } from './limits.ts';
import type { Overlay } from './overlay.ts';
import { joinPath } from './paths.ts';
import { createFileTables } from './schema.ts';
import { type ModelEntry, ModelError, type ModelState, OverlayModel, StoreModel } from './store-model.test-support.ts';

const path = fc.constantFrom('a', 'b', 'c', 'a/x', 'a/y', 'b/x', 'a/x/d', 'b/x/d', 'b/x/e');
const key = fc.constantFrom('k', 'k1', 'k2', 'é');
const offset = fc.constantFrom(0, 1, 3, chunkSize - 1, chunkSize, chunkSize + 1, 2 * chunkSize);
const bytes = fc
  .tuple(
    fc.constantFrom(0, 1, 5, chunkSize - 1, chunkSize, chunkSize + 2, 2 * chunkSize + 1),
    fc.integer({ min: 1, max: 255 }),
  )
  .map(([length, fill]) => new Uint8Array(length).fill(fill));
const writer = fc.integer({ min: 0, max: 1 });

const onOverlay = fc.oneof(
  fc.record({ op: fc.constant('write' as const), writer, path, bytes }),
  fc.record({ op: fc.constant('writeAt' as const), writer, path, offset, bytes }),
  fc.record({ op: fc.constant('truncate' as const), writer, path, size: offset }),
  fc.record({ op: fc.constant('makeDirectory' as const), writer, path, recursive: fc.boolean() }),
  fc.record({ op: fc.constant('remove' as const), writer, path, recursive: fc.boolean() }),
  fc.record({ op: fc.constant('rename' as const), writer, path, to: path }),
  fc.record({ op: fc.constant('copy' as const), writer, path, to: path }),
  fc.record({ op: fc.constant('set' as const), writer, key, bytes }),
  fc.record({ op: fc.constant('delete' as const), writer, key }),
);
const onStore = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('commit' as const), writer }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('rollBack' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('discard' as const), writer }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('restore' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('prune' as const), keep: fc.integer({ min: 0, max: 255 }) }) },
);
const command = fc.oneof({ weight: 4, arbitrary: onOverlay }, { weight: 1, arbitrary: onStore });
type OverlayCommand = typeof onOverlay extends fc.Arbitrary<infer T> ? T : never;
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

export function modelContract(withDatabase: WithDatabase, runs: number): void {
  describe('the file store against a model', () => {
    it(`agrees through ${runs} random histories`, { timeout: 300_000 }, () =>
      fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), (commands) =>
          withDatabase((db) => {
            const trial = new Trial(db);
            for (const each of commands) trial.run(each);
            trial.finish();
          }),
        ),
        { numRuns: runs },
      ),
    );
  });
}

interface Pair {
  readonly overlay: Overlay;
  readonly model: OverlayModel;
}

class Trial {
  readonly #db: Database;
  #store: FileStore;
  readonly #model = new StoreModel();
  readonly #writers: (Pair | undefined)[] = [];
  #revision = 0;
  #time = 0;

  constructor(db: Database) {
    this.#db = db;
    createFileTables(db);
    this.#store = this.#openStore();
    this.#model.record(0);
  }

  run(command: Command): void {
    switch (command.op) {
      case 'commit':
        this.#settle(command.writer, (pair) => this.#commit(pair));
        break;
      case 'rollBack':
        this.#settle(command.writer, (pair) => this.#rollBack(pair));
        break;
      case 'discard':
        this.#settle(command.writer, ({ overlay }) => overlay.discard());
        break;
      case 'restart':
        this.#writers.length = 0;
        this.#store = this.#openStore();
        break;
      case 'restore':
        this.#restore(command.pick);
        break;
      case 'prune':
        this.#prune(command.keep);
        break;
      default:
        this.#onOverlay(command);
    }
    for (const pair of this.#writers) {
      if (pair) expectState(pair.overlay.files, pair.overlay.kv, pair.model.view(), pair.model.keys());
    }
  }

  finish(): void {
    for (const writer of this.#writers.keys()) this.#settle(writer, ({ overlay }) => overlay.discard());
    const head = this.#store.view('head');
    expectState(head.files, head.kv, this.#model.head, this.#model.keys);
    for (const [revision, state] of this.#model.revisions) {
      const { files, kv } = this.#store.view(revision);
      expectState(files, kv, state.files, state.keys);
    }
    expectSound(this.#db, this.#model.head, this.#model.keys);
  }

  #onOverlay(command: OverlayCommand): void {
    const { overlay, model } = this.#pair(command.writer);
    const { files, kv } = overlay;
    const results = {
      write: ({ path, bytes }) =>
        both(
          () => files.write(path, bytes),
          () => model.write(path, bytes),
        ),
      writeAt: ({ path, offset, bytes }) =>
        both(
          () => files.writeAt(path, offset, bytes),
          () => model.writeAt(path, offset, bytes),
        ),
      truncate: ({ path, size }) =>
        both(
          () => files.truncate(path, size),
          () => model.truncate(path, size),
        ),
      makeDirectory: ({ path, recursive }) =>
        both(
          () => files.makeDirectory(path, { recursive }),
          () => model.makeDirectory(path, recursive),
        ),
      remove: ({ path, recursive }) =>
        both(
          () => files.remove(path, { recursive }),
          () => model.remove(path, recursive),
        ),
      rename: ({ path, to }) =>
        both(
          () => files.rename(path, to),
          () => model.rename(path, to),
        ),
      copy: ({ path, to }) =>
        both(
          () => files.copy(path, to),
          () => model.copy(path, to),
        ),
      set: ({ key, bytes }) =>
        both(
          () => kv.set(key, bytes),
          () => model.setKey(key, bytes),
        ),
      delete: ({ key }) =>
        both(
          () => kv.delete(key),
          () => model.deleteKey(key),
        ),
    } satisfies { [Op in OverlayCommand['op']]: (command: Extract<OverlayCommand, { op: Op }>) => void };
    (results[command.op] as (command: OverlayCommand) => void)(command);
  }

  #commit({ overlay, model }: Pair): void {
    this.#revision++;
    const before = this.#model.head;
    const { changes } = this.#db.transaction(() => overlay.commit(this.#revision));
    model.commit(this.#revision);
    const after = this.#model.head;
    const reported = new Map(changes.map((change) => [change.path, change]));
    for (const path of new Set([...before.keys(), ...after.keys()])) {
      if (!sameEntry(before.get(path), after.get(path))) expect(reported.has(path), path).toBe(true);
    }
    for (const { path, change, kind } of changes) {
      if (change === 'removed') expect(after.has(path), path).toBe(false);
      else expect(after.get(path)?.kind, path).toBe(kind);
    }
  }

  /** The transaction fails after the commit of the overlay: nothing of it may stay, in the tables or in memory. */
  #rollBack({ overlay }: Pair): void {
    const failure = new Error('on purpose');
    const attempt = () =>
      this.#db.transaction(() => {
        overlay.commit(this.#revision + 1);
        throw failure;
      });
    expect(attempt).toThrow(failure);
    overlay.discard();
  }

  #restore(pick: number): void {
    if (this.#writers.some((pair) => pair)) return;
    const kept = [...this.#model.revisions];
    const [from, state] = kept[pick % kept.length] ?? [0, { files: new Map(), keys: new Map() }];
    this.#revision++;
    this.#db.transaction(() => this.#store.restore(from, this.#revision));
    this.#model.head = state.files;
    this.#model.keys = state.keys;
    this.#model.record(this.#revision);
  }

  #prune(keep: number): void {
    const revisions = [...this.#model.revisions.keys()];
    const kept = revisions.filter((revision, index) => (keep >> (index % 8)) & 1 || revision === this.#revision);
    this.#db.transaction(() => this.#store.prune(kept));
    for (const revision of revisions) if (!kept.includes(revision)) this.#model.revisions.delete(revision);
  }

  #pair(writer: number): Pair {
    const known = this.#writers[writer];
    if (known) return known;
    const pair = { overlay: this.#store.open(), model: new OverlayModel(this.#model) };
    this.#writers[writer] = pair;
    return pair;
  }

  #settle(writer: number, how: (pair: Pair) => void): void {
    const pair = this.#writers[writer];
    if (!pair) return;
    this.#writers[writer] = undefined;
    how(pair);
  }

  #openStore(): FileStore {
    return new FileStore(this.#db, () => this.#time++);
  }
}

/** Runs both; they must agree on whether it fails, and how. */
function both(real: () => unknown, model: () => unknown): void {
  expect(outcome(real)).toEqual(outcome(model));
}

function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    if (error instanceof FileError || error instanceof ModelError) return { code: error.code };
    throw error;
  }
}

function expectState(files: FileSystem, kv: KeyValue, state: ModelState, keys: ReadonlyMap<string, Uint8Array>): void {
  const found = new Map<string, ModelEntry>();
  const walk = (directory: string) => {
    for (const { name, kind, size } of files.list(directory)) {
      const each = joinPath(directory, name);
      expect(files.stat(each), each).toMatchObject({ kind, size });
      found.set(each, kind === 'directory' ? { kind } : { kind, bytes: files.read(each) });
      if (kind === 'directory') walk(each);
    }
  };
  walk('');
  expect([...found.keys()].sort()).toEqual([...state.keys()].sort());
  for (const [each, entry] of state) expect(sameEntry(found.get(each), entry), each).toBe(true);
  expect(kv.list('')).toEqual([...keys.keys()].sort());
  for (const [each, value] of keys) expect(sameBytes(kv.get(each), value), each).toBe(true);
}

/** With no overlay open: what the tables promise to each other. */
function expectSound(db: Database, state: ModelState, keys: ReadonlyMap<string, Uint8Array>): void {
  const none = (sql: string) => expect(db.all(sql), sql).toEqual([]);
  const files = [...state.values()].flatMap((entry) => (entry.kind === 'file' ? [entry.bytes.length] : []));
  expect(db.all('SELECT entries, sqlite_bytes, keys, value_bytes FROM file_state')).toEqual([
    {
      entries: state.size,
      sqlite_bytes: files.reduce((sum, size) => sum + size, 0),
      keys: keys.size,
      value_bytes: [...keys.values()].reduce((sum, value) => sum + value.length, 0),
    },
  ]);
  none('SELECT id FROM blob WHERE id NOT IN (SELECT blob FROM file_chunk UNION SELECT blob FROM kv_entry)');
  none('SELECT blob FROM file_chunk WHERE blob NOT IN (SELECT id FROM blob)');
  none('SELECT blob FROM kv_entry WHERE blob NOT IN (SELECT id FROM blob)');
  none('SELECT file FROM file_entry WHERE died IS NULL AND file IS NOT NULL GROUP BY file HAVING count(*) > 1');
  const living = 'SELECT file FROM file_entry WHERE died IS NULL AND file IS NOT NULL';
  none(`SELECT file FROM file_chunk WHERE died IS NULL AND file NOT IN (${living})`);
}

function sameEntry(a: ModelEntry | undefined, b: ModelEntry | undefined): boolean {
  if (a?.kind === 'file' && b?.kind === 'file') return sameBytes(a.bytes, b.bytes);
  return a?.kind === b?.kind;
}

function sameBytes(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && a.length === b.length && a.every((byte, index) => byte === b[index]);
}
