/**
 * The table of endings, row by row: how an input or a program ends, and what of it is kept. What takes the command line or
 * a runner to end it is in test/e2e: Ctrl-C and closed pipes (signals), a lost runner and long programs (program-files).
 */

import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import { encodeData } from '../../protocol/data.ts';
import type { EventBody } from '../../protocol/events.ts';
import { type HostedSession, hostSession } from '../testing/hosted-session.ts';
import type { TestTerminal } from '../testing/terminal.ts';

const BEFORE = 'var n = 1; fs.writeFileSync("f", "1"); await kv.set("k", 1)';
const CHANGE = 'n = 2; fs.writeFileSync("f", "2"); await kv.set("k", 2)';
const LOOK = '[n, fs.readFileSync("f", "utf8"), await kv.get("k")]';
const KEPT = "[ 2, '2', 2 ]";
const UNDONE = "[ 1, '1', 1 ]";
const HANG = 'console.log("go"); await new Promise(() => {})';
/** Of a program, whose end an await alone would be. */
const STAY = 'console.log("go"); setInterval(() => {}, 1000)';
/** A queue of jobs that is never empty: what it left half done cannot be told. */
/** More loops of jobs than a stop ends. */
const DIRTY =
  'console.log("go"); const spin = () => queueMicrotask(spin); for (let n = 0; n < 2000; n++) spin(); await new Promise(() => {})';
const TRAP = 'JSON.parse("[".repeat(200000))';
/** Goes on for as long as it takes to hang up. */
const LATER = 'console.log("go"); await new Promise((resolve) => setTimeout(resolve, 20))';

/** A session at revision 1. `reopen` opens it as the next object does: what was in memory is gone. */
function inSession(test: (hosted: HostedSession, reopen: () => Promise<HostedSession>) => Promise<void>) {
  return runInDurableObject(env.STORAGE.get(env.STORAGE.newUniqueId()), async (_, state) => {
    const hosted = await hostSession(state);
    const { epoch } = await hosted.terminal.server('welcome');
    await hosted.terminal.run(BEFORE);
    await test(hosted, () => hostSession(state, { epoch }));
    hosted.check();
  });
}

function going(terminal: TestTerminal): Promise<true> {
  return terminal.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
}

/** Starts a program, which changes the file and goes on with `code`. */
function start(terminal: TestTerminal, code: string, timeout: number | null = null): void {
  const source = new TextEncoder().encode(`import fs from 'fs'; fs.writeFileSync('f', '2'); ${code}`);
  const sources: [string, number][] = [['a.mjs', source.length]];
  const body = { request: 901, entry: 'a.mjs', sources, args: [], env: [], channel: 3, stdin: null, timeout };
  terminal.send(encodeClient('run', body));
  terminal.send(encodeData(3, 0, source, true));
}

function programEnd(terminal: TestTerminal): Promise<EventBody<'exit'>> {
  return terminal.find((item) => (item.kind === 'event' && item.event.name === 'exit' ? item.event.body : undefined));
}

async function expectFile({ terminal, session }: HostedSession, contents: string, revision: number): Promise<void> {
  expect(session.store.revisions.head?.number).toBe(revision);
  expect(await terminal.show('fs.readFileSync("f", "utf8")')).toBe(`'${contents}'`);
}

describe('a value, an uncaught error, any exit status: committed', () => {
  it.each([
    ['a value', '3', 'ok'],
    ['an uncaught error', 'throw new Error("no")', 'error'],
  ])('an input that ends with %s', (_, code, status) =>
    inSession(async ({ terminal }) => {
      expect(await terminal.run(`${CHANGE}; ${code}`)).toMatchObject({ revision: 2, outcome: { status } });
      expect(await terminal.show(LOOK)).toBe(KEPT);
    }),
  );

  it.each([
    ['an uncaught error', 'throw new Error("no")', 1],
    ['an exit status', 'process.exit(3)', 3],
  ])('a program that ends with %s', (_, code, status) =>
    inSession(async (hosted) => {
      start(hosted.terminal, code);
      expect(await programEnd(hosted.terminal)).toMatchObject({ outcome: { kind: 'exit', code: status } });
      await expectFile(hosted, '2', 2);
    }),
  );
});

describe('a live input interrupted or timed out: committed if its queue of jobs is clean, else rolled back and said so', () => {
  it.each([
    ['interrupted', HANG, null, { reason: 'user', kept: true }, KEPT],
    ['timed out', 'for (;;) {}', 0.05, { reason: 'fuel', kept: true }, KEPT],
    ['interrupted among its jobs', DIRTY, null, { reason: 'user', kept: false }, UNDONE],
    ['timed out among its jobs', DIRTY, 0.05, { reason: 'fuel', kept: false }, UNDONE],
  ])('%s', (_, code, timeout, how, state) =>
    inSession(async ({ terminal }) => {
      terminal.submit(`${CHANGE}; ${code}`, { timeout });
      if (timeout === null) {
        await going(terminal);
        terminal.interrupt();
      }
      const { outcome, revision } = await terminal.done(2);
      expect(outcome).toEqual({ status: 'interrupted', ...how });
      expect(revision).toBe(how.kept ? 2 : null);
      expect(await terminal.show(LOOK)).toBe(state);
    }),
  );
});

describe('a trap, out of memory, kill -9, a deploy: rolled back, reported aborted', () => {
  it('a trap', () =>
    inSession(async ({ terminal }) => {
      const ended = await terminal.run(`${CHANGE}; ${TRAP}`);
      expect(ended).toMatchObject({ revision: null, outcome: { status: 'aborted' } });
      expect(await terminal.show(LOOK)).toBe(UNDONE);
    }));

  it('out of memory, unless the input catches it', () =>
    inSession(async ({ terminal }) => {
      const fill = 'for (const all = []; ; ) all.push(new Array(1e5).fill(1))';
      const ended = await terminal.run(`${CHANGE}; ${fill}`);
      const message = "JavaScript's memory is full: a session has 32 MiB. The session is back at revision 1.";
      expect(ended).toMatchObject({ revision: null, outcome: { status: 'aborted', message } });
      expect(await terminal.show(LOOK)).toBe(UNDONE);
      await terminal.run(`${CHANGE}; try { ${fill} } catch {}`);
      expect(await terminal.show(LOOK)).toBe(KEPT);
    }));

  it('an object that ends; what was accepted and still queued is aborted too, and never runs', () =>
    inSession(async ({ terminal }, reopen) => {
      terminal.submit(`${CHANGE}; ${HANG}`);
      terminal.submit('n = 3');
      await terminal.server('accepted', ({ number }) => number === 3);
      await going(terminal);
      const { terminal: next } = await reopen();
      for (const input of [2, 3]) {
        expect(await next.done(input)).toMatchObject({ revision: null, outcome: { status: 'aborted' } });
      }
      expect(await next.show(LOOK)).toBe(UNDONE);
    }));
});

describe('a program killed, timed out, crashed, or lost with its server: nothing committed', () => {
  it('killed', () =>
    inSession(async (hosted) => {
      start(hosted.terminal, STAY);
      await going(hosted.terminal);
      hosted.terminal.interrupt(['program', 1]);
      expect((await programEnd(hosted.terminal)).outcome).toEqual({ kind: 'killed' });
      await expectFile(hosted, '1', 1);
    }));

  it.each([
    ['timed out', 'for (;;) {}', 0.1, { kind: 'timeout' }],
    ['crashed', TRAP, null, { kind: 'failed', message: expect.stringContaining('Nothing of it was kept') }],
  ])('%s', (_, code, timeout, outcome) =>
    inSession(async (hosted) => {
      start(hosted.terminal, code, timeout);
      expect((await programEnd(hosted.terminal)).outcome).toEqual(outcome);
      await expectFile(hosted, '1', 1);
    }),
  );

  it('lost with its server', () =>
    inSession(async ({ terminal }, reopen) => {
      start(terminal, STAY);
      await going(terminal);
      const hosted = await reopen();
      expect((await programEnd(hosted.terminal)).outcome).toMatchObject({ kind: 'failed' });
      await expectFile(hosted, '1', 1);
    }));
});

describe('a terminal vanishes: its input or program runs on, within limits', () => {
  it('an input', () =>
    inSession(async ({ terminal, attach }) => {
      const other = await attach();
      terminal.submit(`${LATER}; ${CHANGE}`);
      await going(other);
      terminal.hangUp();
      expect(await other.done(2)).toMatchObject({ revision: 2, outcome: { status: 'ok' } });
      expect(await other.show(LOOK)).toBe(KEPT);
    }));

  it.each([
    ['a program', LATER, null, { kind: 'exit', code: 0 }, '2', 2],
    ['a program that takes too long', STAY, 0.3, { kind: 'timeout' }, '1', 1],
  ])('%s', (_, code, timeout, outcome, contents, revision) =>
    inSession(async ({ terminal, session, attach }) => {
      const other = await attach();
      start(terminal, code, timeout);
      await going(other);
      terminal.hangUp();
      expect((await programEnd(other)).outcome).toEqual(outcome);
      await expectFile({ terminal: other, session, attach, check: () => undefined }, contents, revision);
    }),
  );
});
