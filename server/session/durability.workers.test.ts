/** What survives: objects that end at any moment, commits that fail, background work, traps, long chains of heaps. */

import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import type { LogEvent } from '../../protocol/events.ts';
import { concatBytes } from '../../protocol/frame.ts';
import { TestSession } from '../testing/workers-client.ts';

/** Rows of the session's store. */
function rows<Row extends Record<string, SqlStorageValue>>(session: TestSession, sql: string): Promise<Row[]> {
  return runInDurableObject(session.stub, (_, { storage }) => storage.sql.exec<Row>(sql).toArray());
}

function execute(session: TestSession, sql: string): Promise<void> {
  return runInDurableObject(session.stub, (_, { storage }) => void storage.sql.exec(sql));
}

function refuseInserts(session: TestSession, table: string, when = 'true'): Promise<void> {
  const refusal = `BEGIN SELECT RAISE(ABORT, 'no room'); END`;
  return execute(session, `CREATE TRIGGER refuse BEFORE INSERT ON ${table} WHEN ${when} ${refusal}`);
}

function isOutput(item: object): boolean {
  return 'event' in item && (item.event as LogEvent).name === 'output';
}

const MADE = 'SELECT (SELECT MAX(number) FROM revision) AS revision, (SELECT count(*) FROM heap) AS heaps';
const STATE = 'const fs = require("fs"); let n = 1; fs.writeFileSync("f", "1"); await kv.set("k", 1)';
const CHANGE =
  'n = 2; fs.writeFileSync("f", "2"); fs.writeFileSync("g", ""); await kv.set("k", 2); console.log("changed");';
const LOOK = '[n, fs.readFileSync("f", "utf8"), fs.readdirSync("."), await kv.get("k")]';
const BEFORE = "[ 1, '1', [ 'f' ], 1 ]";

describe('an object that ends', () => {
  it('in the middle of an input has never run it, and those that waited neither', async () => {
    const session = new TestSession();
    const first = await session.attach();
    await first.run(STATE);
    first.submit(`${CHANGE} await new Promise(() => {})`);
    first.submit('n = 3');
    await first.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
    await first.server('accepted', ({ number }) => number === 3);
    const { epoch } = await first.server('welcome');
    await session.restart();
    const second = await session.attach({ epoch, from: 1 });
    for (const input of [2, 3]) {
      expect(await second.done(input)).toMatchObject({
        revision: null,
        outcome: { status: 'aborted', message: expect.stringContaining('run it again') },
      });
    }
    expect(await second.show(LOOK)).toBe(BEFORE);
    expect((await second.server('welcome')).epoch).toBe(epoch);
    const ends = second.events().flatMap((event) => (event.name === 'done' ? [event.body.input] : []));
    expect(ends).toEqual([1, 2, 3, 4]);
    const revisions = await rows(session, 'SELECT cause, cause_number AS input FROM revision ORDER BY number');
    expect(revisions).toEqual([1, 4].map((input) => ({ cause: 'input', input })));
  });

  it('again and again keeps everything that was done', async () => {
    const session = new TestSession();
    for (let round = 1; round <= 8; round++) {
      const terminal = await session.attach();
      await terminal.run('globalThis.rounds = (globalThis.rounds ?? 0) + 1');
      expect(await terminal.show('rounds')).toBe(String(round));
      terminal.submit('rounds = -1; for (;;) {}');
      await terminal.server('accepted', ({ number }) => number === round * 3);
      await session.restart();
    }
  });

  it('numbers go on, also those of inputs that never ran', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    terminal.submit('for (;;) {}');
    terminal.submit('1');
    await terminal.server('accepted', ({ number }) => number === 2);
    await session.restart();
    expect(await (await session.attach()).run('1')).toMatchObject({ input: 3, revision: 1 });
  });
});

describe('a commit that fails', () => {
  const failing = ['log', 'revision', 'heap', 'file_entry', 'kv_entry'];

  it.each(failing)('in the table %s keeps nothing of its input', async (table) => {
    const session = new TestSession();
    const first = await session.attach();
    await first.run(STATE);
    first.submit(`${CHANGE} await new Promise(() => {})`);
    await first.find(({ kind, ...item }) => (kind === 'event' && isOutput(item) ? true : undefined));
    const isInCommit = '(SELECT MAX(number) FROM revision) > 1';
    await refuseInserts(session, table, table === 'log' ? isInCommit : 'true');
    const before = await rows(session, MADE);
    first.interrupt();
    await first.ended();
    await execute(session, 'DROP TRIGGER refuse');
    const second = await session.attach({ from: 1 });
    expect(await second.done(2)).toMatchObject({ revision: null, outcome: { status: 'aborted' } });
    expect(await rows(session, MADE)).toEqual(before);
    expect(await second.show(LOOK)).toBe(BEFORE);
    expect(await rows(session, 'SELECT number FROM input WHERE open = 1')).toEqual([]);
  });

  it('accepts nothing when the acceptance cannot be stored', async () => {
    const session = new TestSession();
    const first = await session.attach();
    await first.run('let n = 0');
    await refuseInserts(session, 'log');
    const request = first.submit('++n');
    await first.ended();
    expect(
      first.received.some(
        (item) =>
          item.kind === 'server' &&
          item.name === 'accepted' &&
          JSON.stringify(item.body).includes(`"request":${request}`),
      ),
    ).toBe(false);
    await execute(session, 'DROP TRIGGER refuse');
    const second = await session.attach({}, { client: first.client });
    second.submit('++n', { request });
    expect(await second.server('accepted')).toMatchObject({ number: 2 });
    await second.done(2);
    expect(await rows(session, 'SELECT count(*) AS n FROM input')).toEqual([{ n: 2 }]);
  });

  it('ends the object when output cannot be stored', async () => {
    const session = new TestSession();
    const first = await session.attach();
    await first.run('0');
    first.submit('setInterval(() => console.log("tick"), 1); await new Promise(() => {})');
    await first.find(({ kind, ...item }) => (kind === 'event' && isOutput(item) ? true : undefined));
    await refuseInserts(session, 'log', "SUBSTR(NEW.frames, 1, 1) = x'41'");
    await first.ended();
    await execute(session, 'DROP TRIGGER refuse');
    const second = await session.attach({ from: 1 });
    expect((await second.done(2)).outcome.status).toBe('aborted');
  });
});

describe('background work', () => {
  it('is committed as revisions of its own, at most one a second, and before the next input', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    const code = `${STATE}; let ticks = 0; setInterval(() => { ticks++; fs.writeFileSync("t" + ticks, "") }, 1)`;
    await terminal.run(code);
    await terminal.find((item) =>
      item.kind === 'event' && item.event.name === 'files' && item.event.body.cause[0] === 'background'
        ? true
        : undefined,
    );
    const count = Number(await terminal.show('const seen = ticks; seen'));
    expect(count).toBeGreaterThan(0);
    const causes = await rows<{ cause: string; at: number }>(session, 'SELECT cause, at FROM revision ORDER BY number');
    expect(causes.map(({ cause }) => cause).slice(0, 2)).toEqual(['input', 'background']);
    expect(causes.at(-1)?.cause).toBe('input');
    await session.restart();
    const second = await session.attach();
    expect(await second.show('ticks >= seen && fs.existsSync("t" + seen)')).toBe('true');
    await second.run('for (let id = 0; id < 99; id++) clearInterval(id)');
  });

  it('prints with the number of the input that it came from', async () => {
    const terminal = await new TestSession().attach();
    await terminal.run('setTimeout(() => console.log("late"), 20)');
    await terminal.run('1');
    await terminal.find(() => (terminal.output(1) === 'late\n' ? true : undefined));
    expect(terminal.output(2)).toBe('');
  });

  it('that never ends is stopped and told', async () => {
    const terminal = await new TestSession().attach();
    await terminal.run('let n = 5; setTimeout(() => { for (;;) {} }, 0)');
    const { text } = await terminal.find((item) =>
      item.kind === 'event' && item.event.name === 'notice' ? item.event.body : undefined,
    );
    expect(text).toContain('Background work');
    expect(await terminal.show('n')).toBe('5');
  });
});

describe('an input that breaks the interpreter', () => {
  it('leaves heap, files and kv as before, and says so', async () => {
    const terminal = await new TestSession().attach();
    await terminal.run(STATE);
    const bomb = `${CHANGE} const hoard = []; for (;;) hoard.push(new Array(100000).fill(hoard.length))`;
    const { outcome, revision } = await terminal.run(bomb);
    if (outcome.status === 'error') {
      expect(revision).toBe(2);
      return;
    }
    expect(outcome).toMatchObject({ status: 'aborted', message: expect.stringContaining('revision 1') });
    expect(await terminal.show(LOOK)).toBe(BEFORE);
  });

  it('by recursion without end goes on', async () => {
    const terminal = await new TestSession().attach();
    await terminal.run(STATE);
    expect((await terminal.run('const dig = () => dig() + 1; dig()')).outcome).toMatchObject({ status: 'error' });
    expect(await terminal.show(LOOK)).toBe(BEFORE);
  });
});

function pushPoint(request: number, x: number): Uint8Array {
  return encodeClient('submit', { request, language: 'js', code: `all.push(new Point(${x}))`, timeout: null });
}

it('three hundred inputs and a restart leave the same state, in a chain that is short', async () => {
  const session = new TestSession();
  const terminal = await session.attach();
  await terminal.run('const all = []; class Point { #x; constructor(x) { this.#x = x } get x() { return this.#x } }');
  let last = 1;
  for (let at = 0; at < 300; at += 60) {
    const line = await session.attach();
    line.send(concatBytes(Array.from({ length: 60 }, (_, one) => pushPoint(one + 1, at + one))));
    last += 60;
    await line.done(last);
    line.hangUp();
  }
  await terminal.server('state', ({ busy }) => busy.length === 0);
  const [chain] = await rows<{ depth: number }>(session, 'SELECT MAX(depth) AS depth FROM heap');
  expect(chain?.depth).toBeLessThanOrEqual(256);
  await session.restart();
  const after = await session.attach();
  expect(await after.show('all.map((p) => p.x).join() === Array.from({ length: 300 }, (_, x) => x).join()')).toBe(
    'true',
  );
});
