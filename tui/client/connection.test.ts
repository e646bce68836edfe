/** One connection to a session: the log, inputs, programs and what the server says of them. */

import { beforeEach, describe, expect, it } from 'vitest';
import { encodeServer } from '../../protocol/control.ts';
import { encodeEvent } from '../../protocol/events.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { CLIENT, ClientHarness, notice, until } from '../testing/client-harness.ts';
import type { ServerLine } from '../testing/session-server.ts';

let harness: ClientHarness;
beforeEach(() => {
  harness = new ClientHarness();
});

const input = (code: string) => ({ language: 'ts', code, timeout: null }) as const;
const program = (code = 'code') => ({
  entry: 'main.ts',
  sources: [{ path: 'main.ts', bytes: new TextEncoder().encode(code) }],
  args: [],
  env: [],
  timeout: null,
  stdin: null,
});
const accepted = (line: ServerLine, request: number, number: number) =>
  line.say('accepted', { request, cause: 'input', number });

describe('the log', () => {
  it('comes from where it was asked for, in order, each event once', async () => {
    const [, line] = await harness.attached({ from: 3 }, 4);
    expect(line.received).toMatchObject([{ name: 'hello', body: { client: CLIENT, epoch: null, from: 3 } }]);
    line.event(3, notice());
    line.send(encodeEvent(4, notice()), encodeEvent(5, notice()));
    expect(harness.told).toEqual(['welcome', 'notice 3', 'notice 4', 'notice 5']);
  });

  it('goes on after a loss where it broke off, and what comes twice is dropped', async () => {
    const [, line] = await harness.attached();
    for (const seq of [1, 2, 3]) line.event(seq, notice());
    line.lose();
    expect(harness.told.at(-1)).toBe('lost');
    const next = await harness.back();
    expect(next.all('hello')).toMatchObject([{ client: CLIENT, epoch: 'e1', from: 4 }]);
    next.welcome({ head: 5 });
    for (const seq of [2, 3, 4, 5]) next.event(seq, notice());
    expect(harness.told.slice(-3)).toEqual(['welcome', 'notice 4', 'notice 5']);
  });

  it('tells of what is gone, as far as it was not seen', async () => {
    const [, line] = await harness.attached();
    line.event(1, notice());
    line.gap(2, 10);
    line.event(11, notice());
    line.lose();
    const next = await harness.back();
    next.welcome({ head: 20 });
    next.gap(8, 15);
    next.gap(3, 14);
    next.event(16, notice());
    expect(harness.told).toEqual([
      'welcome',
      'notice 1',
      'gap 2-10',
      'notice 11',
      'lost',
      'welcome',
      'gap 12-15',
      'notice 16',
    ]);
  });

  it('starts over when it is another one', async () => {
    const [, line] = await harness.attached();
    line.event(1, notice());
    line.event(2, notice());
    line.lose();
    const next = await harness.back();
    next.welcome({ epoch: 'e2', head: 1 });
    next.event(1, notice());
    expect(harness.told.slice(-2)).toEqual(['another log', 'notice 1']);
  });

  it('that leaves an event out is no log', async () => {
    const [, line] = await harness.attached();
    line.event(2, notice());
    expect(harness.told.at(-1)).toMatch(/^ended: The server broke the protocol: Event 2 came where 1 was due/);
    expect(line.isClosed).toBe(true);
  });

  it('is granted credit as it is consumed, on each line anew', async () => {
    const [, line] = await harness.attached();
    const half = notice('x'.repeat(LIMITS.initialCredit / 2));
    line.event(1, half);
    const granted = LIMITS.initialCredit + encodeEvent(1, half).length;
    expect(line.all('credit')).toEqual([{ through: granted }]);
    line.lose();
    const next = await harness.back();
    next.welcome({ head: 2 });
    next.event(2, half);
    expect(next.all('credit')).toEqual([{ through: granted }]);
  });

  it('proves that it reads, also while its listener waits', async () => {
    const [, line] = await harness.attached();
    line.say('mark', { mark: 7 });
    line.say('mark', { mark: Number.MAX_SAFE_INTEGER });
    expect(line.all('proof')).toEqual([{ mark: 7 }, { mark: Number.MAX_SAFE_INTEGER }]);
  });

  it('waits for a listener that asks for it, without credit, while control messages come through', async () => {
    const [, line] = await harness.attached();
    let go = (): void => undefined;
    harness.wait = new Promise((resolve) => {
      go = resolve;
    });
    line.event(1, notice('x'.repeat(LIMITS.initialCredit)));
    line.event(2, notice());
    line.say('state', { revision: 9, busy: [], queued: [], programs: [], terminals: [] });
    expect(harness.told).toEqual(['welcome', 'notice 1', 'state 9']);
    expect(line.all('credit')).toEqual([]);
    const waited = harness.wait;
    harness.wait = undefined;
    go();
    await waited;
    expect(harness.told.at(-1)).toBe('notice 2');
    expect(line.all('credit')).toHaveLength(1);
  });
});

describe('requests', () => {
  it('wait for WELCOME', async () => {
    const greeted = harness.server.greeted();
    const connection = harness.connect();
    const number = connection.submit(input('1'));
    const line = await greeted;
    expect(line.all('submit')).toEqual([]);
    line.welcome();
    expect(line.all('submit')).toEqual([{ request: 1, ...input('1') }]);
    accepted(line, 1, 40);
    expect(await number).toBe(40);
  });

  it('without an answer are sent again after a loss: the same ones, in order', async () => {
    const [connection, line] = await harness.attached();
    const numbers = ['1', '2', '3'].map((code) => connection.submit(input(code)));
    accepted(line, 1, 41);
    line.lose();
    const next = await harness.back();
    const late = connection.submit(input('4'));
    next.welcome();
    expect(next.all('submit').map(({ request, code }) => [request, code])).toEqual([
      [2, '2'],
      [3, '3'],
      [4, '4'],
    ]);
    for (const request of [2, 3, 4]) accepted(next, request, 40 + request);
    expect(await Promise.all([...numbers, late])).toEqual([41, 42, 43, 44]);
  });

  it('tell their number before an event in the same message', async () => {
    const [connection, line] = await harness.attached();
    void connection.submit(input('1'), (number) => harness.told.push(`accepted ${number}`));
    line.send(encodeServer('accepted', { request: 1, cause: 'input', number: 7 }), encodeEvent(1, notice()));
    expect(harness.told).toEqual(['welcome', 'accepted 7', 'notice 1']);
  });

  it('that no server takes are refused alone, also when they wait for the line', async () => {
    const greeted = harness.server.greeted();
    const connection = harness.connect();
    const tooLarge = connection.submit(input('x'.repeat(LIMITS.clientMessage)));
    const tooMany = connection.run({
      ...program(),
      args: Array.from({ length: LIMITS.programArguments + 1 }, () => ''),
    });
    const good = connection.submit(input('1'));
    const outcomes = Promise.allSettled([tooLarge, tooMany, good]);
    const line = await greeted;
    line.welcome();
    expect(line.received.map(({ name }) => name)).toEqual(['hello', 'submit']);
    accepted(line, 3, 40);
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'TOO_LARGE' } },
      { status: 'rejected', reason: { code: 'BAD_REQUEST' } },
      { status: 'fulfilled', value: 40 },
    ]);
    expect(harness.told).toEqual(['welcome']);
  });

  it('to run a program are sent again with their sources', async () => {
    const [connection, line] = await harness.attached();
    const number = connection.run(program('one'));
    const channel = line.all('run')[0]?.channel ?? 0;
    line.lose();
    const next = await harness.back();
    next.welcome();
    expect(next.all('run')).toEqual(line.all('run'));
    expect(new TextDecoder().decode(next.data.get(channel))).toBe('one');
    next.say('accepted', { request: 1, cause: 'program', number: 3 });
    expect(await number).toBe(3);
  });

  it('and questions fail when the connection is closed', async () => {
    const [connection, line] = await harness.attached();
    const submitted = connection.submit(input('1'));
    const asked = connection.ask({ kind: 'files' });
    connection.close();
    await expect(submitted).rejects.toThrow('closed');
    await expect(asked).rejects.toThrow('lost');
    expect(line.isClosed).toBe(true);
    expect(harness.clock.pending).toBe(0);
    expect(harness.told).toEqual(['welcome']);
  });
});

describe('standard input', () => {
  it('follows the credit of its channel', async () => {
    const [connection, line] = await harness.attached();
    async function* source() {
      yield new Uint8Array(LIMITS.stdinCredit + 1);
    }
    const number = connection.run({ ...program(), stdin: source() });
    const { stdin } = line.all('run')[0] ?? {};
    const channel = stdin ?? 0;
    line.say('accepted', { request: 1, cause: 'program', number: 1 });
    await number;
    await until(() => line.data.get(channel)?.length === LIMITS.stdinCredit);
    line.say('dataCredit', { channel, through: LIMITS.stdinCredit + 1 });
    await until(() => line.finished.has(channel));
    expect(line.data.get(channel)).toHaveLength(LIMITS.stdinCredit + 1);
  });
});
