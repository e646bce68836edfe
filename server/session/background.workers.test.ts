/** What a kernel does by itself goes on while somebody is there, and keeps the time that remains while nobody is. */

import { env, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { type HostedSession, type HostOptions, hostSession } from '../testing/hosted-session.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { TestTerminal } from '../testing/terminal.ts';

const FREEZE = 60_000;
const YEAR = 365 * 24 * 60 * 60 * 1000;

interface Opened extends HostedSession {
  readonly clock: ManualClock;
}

/** Opens the session as a new object does, with nothing in memory, `later` than it was opened last. */
type Open = (later?: number, options?: HostOptions) => Promise<Opened>;

function inPlace(test: (open: Open) => Promise<void>): Promise<void> {
  return runInDurableObject(env.STORAGE.get(env.STORAGE.newUniqueId()), async (_, state) => {
    const all: Opened[] = [];
    await test(async (later = 0, options = {}) => {
      const clock = new ManualClock((all.at(-1)?.clock.now() ?? 1_000_000) + later);
      const opened = { ...(await hostSession(state, { clock, ...options })), clock };
      all.push(opened);
      return opened;
    });
    for (const opened of all) opened.check();
  });
}

/** What timers printed, as this terminal was told. */
function rung(terminal: TestTerminal): string {
  return terminal
    .events()
    .flatMap((event) => (event.name === 'output' ? [new TextDecoder().decode(event.body.bytes)] : []))
    .join('');
}

/** Lets `milliseconds` pass, with all that happens meanwhile. */
async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  await scheduler.wait(5);
  clock.advance(milliseconds);
  await scheduler.wait(5);
  clock.advance(0);
  await scheduler.wait(5);
  // Output is gathered for a moment.
  clock.advance(0);
}

/** That timers ring after exactly `milliseconds` more. */
async function expectRing(clock: ManualClock, terminal: TestTerminal, milliseconds: number): Promise<void> {
  await pass(clock, milliseconds - 1);
  expect(rung(terminal)).toBe('');
  await pass(clock, 1);
  await pass(clock, 20);
  expect(rung(terminal)).toBe('ring\n');
}

const ring = (milliseconds: number): string => `setTimeout(() => console.log('ring'), ${milliseconds})`;

it('timers go on after a restart as soon as somebody comes, with the time that remained', () =>
  inPlace(async (open) => {
    const first = await open();
    await first.terminal.run(ring(5000));
    await pass(first.clock, 1000);
    await first.terminal.run('let n = 1');
    const { clock, terminal } = await open(YEAR);
    await expectRing(clock, terminal, 4000);
  }));

it('timers run until a minute after the last terminal left, and no longer', () =>
  inPlace(async (open) => {
    const { clock, terminal, attach } = await open();
    await terminal.run('let ticks = 0; setInterval(() => ticks++, 10_000); 1');
    const other = await attach();
    await pass(clock, 10_000);
    terminal.hangUp();
    await pass(clock, 5000);
    other.hangUp();
    for (let at = 0; at < 8; at++) await pass(clock, 10_000);
    clock.advance(YEAR);
    expect(await (await attach()).show('ticks')).toBe('7');
  }));

it('timers that are not due while anybody is there lose nothing by it, however often that is', () =>
  inPlace(async (open) => {
    const first = await open();
    await first.terminal.run(ring(200_000));
    first.terminal.hangUp();
    await pass(first.clock, FREEZE);
    first.clock.advance(YEAR);
    const again = await first.attach();
    await pass(first.clock, 30_000);
    again.hangUp();
    await pass(first.clock, FREEZE);
    const { clock, terminal } = await open(YEAR);
    await expectRing(clock, terminal, 200_000 - FREEZE - 30_000 - FREEZE);
  }));

it('timers of a state that is restored go on without an input', () =>
  inPlace(async (open) => {
    const { clock, terminal, session } = await open();
    await terminal.run(`const timer = ${ring(5000)}`);
    await terminal.run('clearTimeout(timer)');
    await pass(clock, 10_000);
    await session.travel.rest();
    session.travel.undo();
    await expectRing(clock, terminal, 5000);
  }));

it('a fetch under way when the session moved is given up, and says why', () =>
  inPlace(async (open) => {
    const fetch = (): Promise<Response> => new Promise(() => undefined);
    const first = await open(0, { fetch });
    await first.terminal.run(`fetch('https://example.com').catch((error) => console.log(error.message)); 1`);
    const { clock, terminal } = await open(0, { fetch });
    await pass(clock, 20);
    expect(rung(terminal)).toContain('The fetch was interrupted because the session moved to another process.');
  }));

it('what is not to be had, such as an engine that is gone, does not stand in the way', () =>
  runInDurableObject(env.STORAGE.get(env.STORAGE.newUniqueId()), async (_, state) => {
    const first = await hostSession(state);
    await first.terminal.run('setInterval(() => undefined, 5)');
    state.storage.sql.exec(`UPDATE heap SET engine = 'gone'`);
    const { terminal, session, check } = await hostSession(state);
    await session.travel.rest();
    expect((await terminal.run('1')).outcome).toMatchObject({ status: 'aborted' });
    check();
  }));
