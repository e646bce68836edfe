/** Sessions that earlier builds wrote, opened by this one: with the engine of their heap, and without it. */

import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import fixture from '../../test/fixtures/session-schema-1/session.sql?raw';
import lock from '../kernels/javascript/engine.lock.json' with { type: 'json' };
import { type HostedSession, hostSession } from '../testing/hosted-session.ts';

const EPOCH = 'd6a179a1-daf1-4fd2-9dd3-f86ca3bea7e4';
const GONE = '0'.repeat(64);

/** Opens a copy of the fixture. */
function open(test: (hosted: HostedSession, sql: SqlStorage) => Promise<void>, engine?: string): Promise<void> {
  return runInDurableObject(env.STORAGE.get(env.STORAGE.newUniqueId()), async (_, state) => {
    const { sql } = state.storage;
    for (const statement of fixture.trim().split('\n')) sql.exec(statement);
    if (engine !== undefined) sql.exec('UPDATE heap SET engine = ?', engine);
    const hosted = await hostSession(state, { epoch: EPOCH });
    await hosted.session.travel.rest();
    await test(hosted, sql);
    hosted.check();
  });
}

function text(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? undefined);
}

function expectFiles({ session }: HostedSession): void {
  const now = session.store.files.view('head');
  expect(text(now.files.read('notes/today.txt'))).toBe('second');
  expect(text(now.files.read('uploaded.txt'))).toBe('by REST');
  expect(now.files.list('').map(({ name }) => name)).toEqual(['notes', 'uploaded.txt']);
  expect(now.kv.list('')).toEqual(['text']);
  const then = session.store.files.view(4);
  expect(text(then.files.read('notes/today.txt'))).toBe('first');
  expect(then.files.read('sparse').length).toBe(70_000);
  expect(then.kv.list('')).toEqual(['list', 'text']);
}

function expectHistory({ session }: HostedSession): void {
  const { entries, undo, redo, oldest } = session.travel.history(100);
  expect(entries.map(({ revision, cause }) => [revision, cause])).toEqual([
    [10, 'restore'],
    [9, 'input'],
    [8, 'input'],
    [7, 'input'],
    [6, 'files'],
    ...[5, 4, 3, 2, 1].map((revision) => [revision, 'input']),
  ]);
  expect(entries.find(({ revision }) => revision === 9)).toMatchObject({ code: 'count = 3', causeNumber: 8 });
  expect(entries.find(({ revision }) => revision === 4)?.checkpoints).toEqual(['before']);
  expect({ undo, redo, oldest }).toEqual({ undo: 6, redo: 9, oldest: 1 });
}

async function expectLog({ terminal }: HostedSession): Promise<void> {
  expect(await terminal.server('welcome')).toMatchObject({ epoch: EPOCH, tail: 1, head: 21 });
  expect((await terminal.done(8)).outcome).toMatchObject({ status: 'ok' });
  expect((await terminal.done(6)).outcome).toMatchObject({ status: 'error', message: 'a failure' });
  expect(terminal.output(3)).toBe('waiting\n');
}

describe('a session of schema 1', () => {
  it('has its log, files, keys and history', () =>
    open(async (hosted, sql) => {
      await expectLog(hosted);
      expectFiles(hosted);
      expectHistory(hosted);
      expect(sql.exec('SELECT DISTINCT engine FROM heap').toArray()).toEqual([{ engine: lock.engine }]);
    }));

  it('has its heap: classes, closures, a generator half run and a promise that waits', () =>
    open(async ({ terminal }) => {
      expect(await terminal.show('count')).toBe('2');
      expect(await terminal.show('[point.x(), point instanceof Point, next(), letter.next().value]')).toBe(
        "[ 3, true, 3, 'b' ]",
      );
      expect(await terminal.show('release(41); await waiting')).toBe('42');
      expect(await terminal.show('[fs.readFileSync("notes/today.txt", "utf8"), await kv.get("text")]')).toBe(
        "[ 'second', 'second' ]",
      );
    }));

  it('goes through its history', () =>
    open(async ({ terminal, session }) => {
      expect(session.travel.redo()).toEqual({ revision: 11, target: 9 });
      expect(await terminal.show('count')).toBe('3');
      await session.travel.rest();
      expect(session.travel.restoreCheckpoint('before')).toMatchObject({ target: 4 });
      expect(
        await terminal.show('[count, next(), fs.readFileSync("notes/today.txt", "utf8"), await kv.get("list")]'),
      ).toBe("[ 1, 2, 'first', [ 1, 2 ] ]");
    }));
});

describe('a session whose engine is gone', () => {
  it('has its log, files, keys and history, and takes new files', () =>
    open(async (hosted) => {
      await expectLog(hosted);
      expectFiles(hosted);
      expectHistory(hosted);
      const { session } = hosted;
      const { revision } = await session.commitFiles(({ files }) => files.write('new', new Uint8Array([1])));
      expect(revision).toBe(11);
      await expect(session.travel.difference(4, 11)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    }, GONE));

  it('says so to every input, and what is kept, and what to do', () =>
    open(async ({ terminal, session }) => {
      for (const code of ['count', 'count = 5']) {
        const { revision, outcome } = await terminal.run(code);
        expect(revision).toBeNull();
        expect(outcome).toMatchObject({ status: 'aborted', message: expect.stringContaining(GONE) });
        expect(outcome).toMatchObject({
          message: expect.stringMatching(
            /files, kv, log and history are kept.*spawnpoint-cf replay.*spawnpoint-cf reset/,
          ),
        });
      }
      expect(session.travel.undo()).toEqual({ revision: 11, target: 6 });
      expect((await terminal.run('count')).outcome).toMatchObject({ status: 'aborted' });
    }, GONE));

  it('begins anew by a reset, which keeps files and keys and can be undone', () =>
    open(async (hosted) => {
      const { terminal, session } = hosted;
      expect(session.travel.reset('ada')).toEqual({ revision: 11, target: 0 });
      const body = await terminal.find((item) =>
        item.kind === 'event' && item.event.name === 'restored' && item.event.body.revision === 11
          ? item.event.body
          : undefined,
      );
      expect(body).toMatchObject({ target: 0, how: 'reset', terminal: 'ada' });
      expectFiles(hosted);
      expect(await terminal.show('[typeof count, await kv.get("text")]')).toBe("[ 'undefined', 'second' ]");
      expect(session.travel.history(2).entries[1]).toMatchObject({
        cause: 'reset',
        isStep: true,
        origin: { how: 'reset', checkpoint: null, terminal: 'ada' },
      });
      expect(session.travel.undo()).toMatchObject({ target: 11 });
      expect(session.travel.undo()).toMatchObject({ target: 10 });
      expect((await terminal.run('count')).outcome).toMatchObject({ status: 'aborted' });
    }, GONE));

  it('gets its variables back by running its inputs again', () =>
    open(async (hosted) => {
      const { terminal, session } = hosted;
      expect(await session.travel.replay(null)).toEqual({ ran: 7, stoppedAt: null, left: 0, isWhole: true });
      expect(session.travel.history(9).entries.at(-2)).toMatchObject({ cause: 'reset', origin: { how: 'replay' } });
      // The input that called `next` again ended before that: the file it removes is gone already.
      expect(await terminal.show('[count, point.x(), next(), letter.next().value]')).toBe("[ 2, 3, 2, 'b' ]");
      expectFiles(hosted);
      expect(await session.travel.replay(null)).toMatchObject({ ran: 8 });
    }, GONE));

  it('goes on with the inputs after one that breaks the interpreter, if asked to', () =>
    open(async ({ terminal, session }, sql) => {
      sql.exec(`UPDATE input SET code = 'for (;;) {}' WHERE number = 3`);
      const replaying = session.travel.replay(null);
      await terminal.find((item) =>
        item.kind === 'event' && item.event.name === 'input' && item.event.body.code.startsWith('for') ? 1 : undefined,
      );
      terminal.interrupt();
      expect(await replaying).toEqual({ ran: 2, stoppedAt: 3, left: 4, isWhole: true });
      expect(await session.travel.replay(4)).toMatchObject({ ran: 4, stoppedAt: null });
      expect(await terminal.show('[count, letter.next().value]')).toBe("[ 2, 'b' ]");
      await expect(async () => session.travel.replay(999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }, GONE));

  it('begins anew at revision 0, and the old revisions stay', () =>
    open(async (hosted) => {
      const { terminal, session } = hosted;
      session.travel.goTo(0);
      expect(await terminal.show('typeof count')).toBe("'undefined'");
      session.travel.goTo(10);
      expectFiles(hosted);
      expect((await terminal.run('count')).outcome).toMatchObject({ status: 'aborted' });
      session.travel.goTo(11);
      expect(await terminal.show('1 + 1')).toBe('2');
    }, GONE));
});
