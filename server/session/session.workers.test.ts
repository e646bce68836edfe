/** A session as its terminals see it: the real Worker, kernel and storage, in workerd. */

import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import { concatBytes } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { hostSession } from '../testing/hosted-session.ts';
import { TestSession } from '../testing/workers-client.ts';

describe('a terminal', () => {
  it('is welcomed, told the state, and its input accepted, run and ended', async () => {
    const session = new TestSession();
    const terminal = await session.attach({ name: 'first' });
    expect(await terminal.server('welcome')).toMatchObject({ tail: 1, head: 0, session: 'main', role: 'owner' });
    expect(await terminal.server('state')).toMatchObject({ revision: 0, busy: [], queued: [] });
    expect(await terminal.show('console.log("hi"); 1 + 1')).toBe('2');
    expect(terminal.output(1)).toBe('hi\n');
    expect(terminal.events().map(({ name }) => name)).toEqual(['input', 'output', 'done']);
    expect(await terminal.done(1)).toMatchObject({ revision: 1 });
    terminal.hangUp();
    expect(await terminal.ended()).toMatchObject({ code: 1000 });
  });

  it('sees the inputs and the presence of others, byte for byte', async () => {
    const session = new TestSession();
    const [one, two] = [await session.attach({ name: 'one' }), await session.attach({ name: 'two' })];
    await one.server('state', ({ terminals }) => terminals.length === 2);
    await one.show('for (let i = 0; i < 5000; i++) console.log("line " + i)');
    await two.show('console.error("from two")');
    await one.done(2);
    expect(two.logBytes).toEqual(one.logBytes);
    expect(two.output(1)).toBe(Array.from({ length: 5000 }, (_, line) => `line ${line}\n`).join(''));
    two.hangUp();
    await one.server('state', ({ terminals }) => terminals.length === 1 && terminals[0]?.name === 'one');
  });

  it('is told what is busy and queued', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    terminal.submit('await new Promise(() => {})');
    terminal.submit('2');
    terminal.submit('3');
    await terminal.server('state', ({ busy, queued }) => busy[0]?.[1] === 1 && queued.join() === '2,3');
    terminal.interrupt(['input', 2]);
    expect(await terminal.done(2)).toMatchObject({
      revision: null,
      outcome: { status: 'interrupted', reason: 'user', kept: false },
    });
    await terminal.server('state', ({ busy, queued }) => busy[0]?.[1] === 1 && queued.join() === '3');
    terminal.interrupt(['input', 1]);
    expect((await terminal.done(1)).outcome).toMatchObject({ status: 'interrupted', reason: 'user' });
    expect((await terminal.done(3)).outcome).toMatchObject({ status: 'ok' });
    await terminal.server('state', ({ busy, queued, revision }) => busy.length + queued.length === 0 && revision > 0);
  });

  it('is told of what ends at once in one message, and of what lasts before it ends', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.run('let n = 0');
    const names: string[] = [];
    terminal.submit('++n');
    await terminal.server('accepted', ({ number }) => number === 2);
    for (const item of terminal.received.slice(-3)) {
      if (item.kind !== 'gap' && item.kind !== 'text') names.push(item.kind === 'event' ? item.event.name : item.name);
    }
    expect(names).toEqual(['accepted', 'input', 'done']);
    terminal.submit('++n; await new Promise(() => {})');
    await terminal.server('accepted', ({ number }) => number === 3);
    terminal.interrupt();
    expect((await terminal.done(3)).outcome).toMatchObject({ status: 'interrupted' });
  });

  it('may send an input twice in one message: it is accepted once', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.run('let n = 0');
    const request = terminal.submit('++n');
    terminal.submit('++n', { request });
    terminal.submit('"after"');
    await terminal.done(3);
    expect(terminal.events().flatMap(({ name, body }) => (name === 'input' ? [[body.input, body.code]] : []))).toEqual([
      [1, 'let n = 0'],
      [2, '++n'],
      [3, '"after"'],
    ]);
    expect(await terminal.show('n')).toBe('1');
  });

  it('knows of an input before the request of its guest leaves', async () => {
    const session = new TestSession();
    await runInDurableObject(session.stub, async (_, state) => {
      const open: unknown[] = [];
      const { terminal, check } = await hostSession(state, {
        fetch: async () => {
          open.push(...state.storage.sql.exec('SELECT number FROM input WHERE open = 1').toArray());
          return new Response('answer');
        },
      });
      await terminal.run('0');
      expect(await terminal.show("await (await fetch('http://example.com/')).text()")).toBe("'answer'");
      expect(open).toEqual([{ number: 2 }]);
      check();
    });
  });

  it('that comes back before its loss was noticed is there once, under the name that it had', async () => {
    const session = new TestSession();
    const other = await session.attach({ name: 'ada' });
    const lost = await session.attach({ name: 'ada' });
    await other.server('state', ({ terminals }) => terminals[1]?.name === 'ada 2');
    const back = await session.attach({ name: 'ada 2' }, { client: lost.client });
    expect(await lost.ended()).toMatchObject({ code: 1000 });
    const { terminals } = await back.server('state');
    expect(terminals.map(({ name }) => name)).toEqual(['ada', 'ada 2']);
    expect(await back.show('1')).toBe('1');
    const third = await session.attach({ name: 'ada 2' });
    expect((await third.server('state')).terminals.map(({ name }) => name)).toEqual(['ada', 'ada 2', 'ada 3']);
  });

  it('may not write as a reader', async () => {
    const session = new TestSession();
    const byChoice = await session.attach({ readOnly: true });
    const byToken = await session.attach({}, { claims: { role: 'reader' } });
    for (const terminal of [byToken, byChoice]) {
      expect(await terminal.server('welcome')).toMatchObject({ role: 'reader' });
      const request = terminal.submit('1');
      expect(await terminal.server('error')).toMatchObject({ code: 'READ_ONLY', about: ['request', request] });
      terminal.interrupt();
      await terminal.server('error', ({ code, about }) => code === 'READ_ONLY' && about === null);
    }
    const writer = await session.attach({}, { claims: { role: 'writer' } });
    expect(await writer.show('7')).toBe('7');
    expect((await byToken.done(1)).outcome).toMatchObject({ status: 'ok' });
  });

  it('may be one of a hundred', async () => {
    const session = new TestSession();
    const first = await session.attach();
    for (let at = 1; at < LIMITS.terminals; at++) await session.attach();
    const late = await session.open();
    late.hello();
    expect(await late.server('error')).toMatchObject({ code: 'RATE', retry: true, about: null });
    expect(await late.ended()).toMatchObject({ code: 4429 });
    expect(await first.show('1')).toBe('1');
  });

  it('is told where inputs end in a text, also while one runs', async () => {
    const terminal = await new TestSession().attach();
    terminal.submit('await new Promise(() => {})');
    await terminal.server('state', ({ busy }) => busy.length === 1);
    const ask = (query: number, from: number) =>
      terminal.send(
        encodeClient('query', { query, question: { kind: 'split', language: 'ts', code: '1\n\nf(\n  2', from } }),
      );
    ask(1, 0);
    expect(await terminal.server('answer', ({ query }) => query === 1)).toMatchObject({
      answer: { kind: 'split', inputs: [[0, 1]], through: 9 },
    });
    ask(2, 10);
    expect(await terminal.server('error')).toMatchObject({ code: 'BAD_MESSAGE', about: ['query', 2] });
  });

  it('gets its keep-alive answered', async () => {
    const terminal = await new TestSession().attach();
    terminal.send('p');
    await terminal.find((item) => (item.kind === 'text' && item.text === 'P' ? true : undefined));
  });
});

describe('a request that is sent again', () => {
  it('is answered as before and runs once', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    await terminal.show('let n = 0');
    const request = terminal.submit('++n');
    terminal.submit('++n', { request });
    await terminal.done(2);
    terminal.submit('++n', { request });
    expect(await terminal.show('n')).toBe('1');
    const answers = terminal.received.flatMap((item) =>
      item.kind === 'server' && item.name === 'accepted' ? [item.body] : [],
    );
    expect(answers.filter((body) => JSON.stringify(body).includes(`"request":${request},`))).toEqual(
      Array(3).fill({ request, cause: 'input', number: 2 }),
    );
  });

  it('is known on another connection, after a restart, and as a RUN', async () => {
    const session = new TestSession();
    const before = await session.attach();
    const request = before.submit('globalThis.once = (globalThis.once ?? 0) + 1');
    await before.done(1);
    await session.restart();
    const { client } = before;
    const after = await session.attach({}, { client });
    after.submit('throw 1', { request });
    expect(await after.server('accepted')).toEqual({ request, cause: 'input', number: 1 });
    const run = { request, entry: 'a.js', sources: [['a.js', 1] as [string, number]], args: [], env: [] };
    after.send(encodeClient('run', { ...run, channel: 3, stdin: null, timeout: null }));
    await after.find(() => (after.received.filter(isAccepted).length === 2 ? true : undefined));
    const other = await session.attach();
    other.submit('once', { request });
    expect(await other.server('accepted')).toMatchObject({ number: 2 });
    expect((await other.done(2)).outcome).toMatchObject({ status: 'ok', text: expect.stringContaining('1') });
  });
});

const isAccepted = (item: { kind: string; name?: string }) => item.kind === 'server' && item.name === 'accepted';

describe('resuming', () => {
  it('goes on at the event that was asked for', async () => {
    const session = new TestSession();
    const first = await session.attach();
    for (const code of ['1', 'console.log("two")', '3']) await first.run(code);
    const { epoch, head } = await (await session.attach()).server('welcome');
    expect(head).toBe(7);
    for (const [from, expected] of [
      [1, [1, 2, 3, 4, 5, 6, 7]],
      [5, [5, 6, 7]],
      [8, []],
      [9, [1, 2, 3, 4, 5, 6, 7]],
      [0, [1, 2, 3, 4, 5, 6, 7]],
    ] as const) {
      const terminal = await session.attach({ epoch, from });
      await terminal.server('state');
      expect(seqsOf(terminal)).toEqual(expected);
    }
    const elsewhere = await session.attach({ epoch: 'another log', from: 8 });
    await elsewhere.server('state');
    expect(seqsOf(elsewhere)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(elsewhere.logBytes).toEqual(first.logBytes);
  });

  it('tells what is gone, and keeps the beginning and the end of a long output', async () => {
    const session = new TestSession();
    const first = await session.attach();
    const line = 'x'.repeat(1023);
    await first.run(`for (let i = 0; i < 20_000; i++) console.log("${line}")`);
    // It was told all of it as it came, unless it read more slowly than the log lets go.
    expect(first.output(1).length === 20_000 * 1024 || first.received.some(({ kind }) => kind === 'gap')).toBe(true);
    const { epoch, tail, head } = await (await session.attach()).server('welcome');
    expect(tail).toBe(1);
    const late = await session.attach({ epoch, from: 1 });
    await late.done(1);
    const gaps = late.received.filter((item) => item.kind === 'gap');
    expect(gaps).toHaveLength(1);
    const seqs = late.received.flatMap((item) => {
      if (item.kind === 'gap') return Array.from({ length: item.to - item.from + 1 }, (_, at) => item.from + at);
      return item.kind === 'event' ? [item.seq] : [];
    });
    expect(seqs).toEqual(Array.from({ length: head }, (_, at) => at + 1));
    expect(late.output(1).length).toBeGreaterThan(LIMITS.log - 2 * LIMITS.logSegment);
    expect(late.output(1).length).toBeLessThan(LIMITS.log + LIMITS.logSegment);
    await first.run('1');
    await first.run(`for (let i = 0; i < 3000; i++) console.log("${line}")`);
    const later = await (await session.attach()).server('welcome');
    expect(later.tail).toBeGreaterThan(1);
  });
});

function seqsOf(terminal: { received: readonly { kind: string; seq?: number }[] }): (number | undefined)[] {
  return terminal.received.flatMap((item) => (item.kind === 'event' ? [item.seq] : []));
}

describe('an interrupt', () => {
  it('stops what runs, from any terminal, whether it computes or waits', async () => {
    const session = new TestSession();
    const [one, two] = [await session.attach(), await session.attach()];
    await one.run('let kept = 1');
    let input = 1;
    for (const code of ['kept++; for (;;) {}', 'kept++; await new Promise(() => {})']) {
      one.submit(code);
      input += 1;
      const number = input;
      await two.server('state', ({ busy }) => busy[0]?.[1] === number);
      two.interrupt(number === 2 ? null : ['input', number]);
      expect((await one.done(number)).outcome).toEqual({ status: 'interrupted', reason: 'user', kept: true });
    }
    expect(await one.show('kept')).toBe('3');
  });

  it('comes in time when it comes with the input', async () => {
    const terminal = await new TestSession().attach();
    const submit = encodeClient('submit', { request: 1, language: 'js', code: 'for (;;) {}', timeout: null });
    terminal.send(concatBytes([submit, encodeClient('interrupt', { target: ['input', 1] })]));
    expect((await terminal.done(1)).outcome).toMatchObject({ status: 'interrupted', reason: 'user' });
  });

  it('ends an input that waits for its reader', async () => {
    const session = new TestSession();
    const [reader, other] = [await session.attach({ lossless: true }), await session.attach()];
    reader.isReading = false;
    reader.submit('for (let i = 0; ; i++) console.log("x".repeat(1000))');
    await other.hasRead(LIMITS.initialCredit + LIMITS.losslessLag);
    other.interrupt();
    expect((await other.done(1)).outcome).toMatchObject({ status: 'interrupted', reason: 'user' });
    expect(await other.show('1')).toBe('1');
  });

  it('of what does not run changes nothing', async () => {
    const terminal = await new TestSession().attach();
    terminal.interrupt();
    terminal.interrupt(['input', 99]);
    terminal.interrupt(['program', 99]);
    expect(await terminal.show('1')).toBe('1');
    terminal.interrupt(['input', 1]);
    expect(await terminal.show('2')).toBe('2');
  });

  it('is what the time limit sends', async () => {
    const terminal = await new TestSession().attach();
    const { outcome } = await terminal.run('await new Promise(() => {})', { timeout: 0.01 });
    expect(outcome).toEqual({ status: 'interrupted', reason: 'fuel', kept: true });
    expect((await terminal.run('for (;;) {}', { timeout: 0.05 })).outcome).toMatchObject({ reason: 'fuel' });
  });
});

describe('a limit', () => {
  it('lets code be as long as it may, and no byte longer', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    const code = `"${'é'.repeat(LIMITS.inputCode / 2 - 6)}".length;//`.padEnd(LIMITS.inputCode / 2 + 6, 'y');
    expect(new TextEncoder().encode(code).length).toBe(LIMITS.inputCode);
    expect(await terminal.show(code)).toBe(String(LIMITS.inputCode / 2 - 6));
    const request = terminal.submit(`${code}y`);
    expect(await terminal.server('error')).toMatchObject({ code: 'TOO_LARGE', about: ['request', request] });
    expect(await terminal.show('1')).toBe('1');
  });

  it('lets a thousand inputs wait, and refuses the next', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    terminal.submit('await new Promise(() => {})');
    await terminal.server('accepted');
    await session.fillQueue(LIMITS.queuedInputs);
    const other = await session.attach();
    const request = other.submit('"too many"');
    expect(await other.server('error')).toMatchObject({ code: 'QUEUE_FULL', retry: true, about: ['request', request] });
    other.interrupt(['input', 2]);
    await other.done(2);
    other.submit('"again"', { request });
    expect(await other.server('accepted')).toMatchObject({ number: LIMITS.queuedInputs + 2 });
  });
});

describe('the code that waits', () => {
  it('may have four MiB, and not a byte more', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    terminal.submit('await new Promise(() => {})');
    await terminal.server('accepted');
    const full = ' '.repeat(LIMITS.inputCode);
    const last = LIMITS.queuedCode / LIMITS.inputCode + 1;
    for (let number = 2; number <= last; number++) {
      terminal.submit(full);
      await terminal.server('accepted', (accepted) => accepted.number === number);
    }
    const request = terminal.submit(' ');
    expect(await terminal.server('error')).toMatchObject({ code: 'QUEUE_FULL', about: ['request', request] });
  });
});

describe('what an input leaves', () => {
  it('is told in events that readers take, however large', async () => {
    const session = new TestSession();
    const terminal = await session.attach();
    const { outcome } = await terminal.run('throw new Error("x".repeat(3_000_000))');
    expect(outcome).toMatchObject({ status: 'error', name: 'Error' });
    expect((await terminal.run('throw "\\u0001".repeat(3_000_000)')).outcome).toMatchObject({ status: 'error' });
    expect((await terminal.run('"\\u0001".repeat(1_000_000)')).outcome).toMatchObject({ status: 'ok' });
    const many = `for (let i = 0; i < 9000; i++) fs.writeFileSync("x".repeat(240) + i, "")`;
    expect((await terminal.run(`const fs = require("fs"); ${many}`)).outcome).toMatchObject({ status: 'ok' });
    const changed = terminal.events().flatMap((event) => (event.name === 'files' ? event.body.changes : []));
    expect(changed).toHaveLength(9000);
    expect(await terminal.show('2')).toBe('2');
    await runInDurableObject(session.stub, (_, { storage }) => {
      const rows = storage.sql.exec<{ n: number }>('SELECT MAX(LENGTH(frames)) AS n FROM log').one();
      expect(rows.n).toBeLessThan(2_000_000);
    });
  });
});
