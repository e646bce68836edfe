/** Hostile frames at the door of a real session: a typed error, the right close code, and nothing for anybody else. */

import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import { encodeData } from '../../protocol/data.ts';
import { concatBytes, encodeFrames } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TestTerminal } from '../testing/terminal.ts';
import { TestSession } from '../testing/workers-client.ts';

const session = new TestSession();
let witness: TestTerminal;

beforeAll(async () => {
  witness = await session.attach({ name: 'witness' });
});

const hello = encodeClient('hello', {
  minor: 0,
  client: 'a-hostile-client-01',
  name: 'hostile',
  version: '1',
  readOnly: false,
  lossless: false,
  epoch: null,
  from: null,
});
const query = (number: number) => encodeClient('query', { query: number, question: { kind: 'files' } });
const submit = (request: number) => encodeClient('submit', { request, language: 'js', code: '1', timeout: null });
const control = (type: number, payload: Uint8Array) => encodeFrames(type, 0, 0, payload);
const text = (value: string) => new TextEncoder().encode(value);

/** A frame with a header of any kind. */
function frame(type: number, flags: number, channel: number, length: number, seq: bigint, payload: Uint8Array) {
  const bytes = new Uint8Array(16 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint8(1, flags);
  view.setUint16(2, channel, true);
  view.setUint32(4, length, true);
  view.setBigUint64(8, seq, true);
  bytes.set(payload, 16);
  return bytes;
}

const many = (count: number, bytes: Uint8Array) => concatBytes(Array<Uint8Array>(count).fill(bytes));
const empty = new Uint8Array();

describe('before HELLO', () => {
  const cases: Record<string, readonly [Uint8Array | string, code: string, close: number]> = {
    'a text message': ['hello', 'BAD_FRAME', 4400],
    'no bytes': [empty, 'BAD_FRAME', 4400],
    'half a header': [hello.subarray(0, 15), 'BAD_FRAME', 4400],
    'a cut payload': [hello.subarray(0, hello.length - 1), 'BAD_FRAME', 4400],
    'a byte too many': [concatBytes([hello, new Uint8Array(1)]), 'BAD_FRAME', 4400],
    'an oversized frame': [frame(1, 0, 0, 64 * 1024 + 1, 0n, new Uint8Array(64 * 1024 + 1)), 'BAD_FRAME', 4400],
    'a length of 4 GiB': [frame(1, 0, 0, 0xffff_ffff, 0n, empty), 'BAD_FRAME', 4400],
    'a seq on the control channel': [frame(1, 0, 0, 0, 1n, empty), 'BAD_FRAME', 4400],
    'a seq beyond 2^53': [frame(0x60, 0, 3, 0, 2n ** 53n, empty), 'BAD_FRAME', 4400],
    'an unknown type': [control(0x7f, empty), 'BAD_FRAME', 4400],
    'a type of the server': [control(0x20, empty), 'BAD_FRAME', 4400],
    'a log event': [frame(0x40, 0, 1, 0, 1n, empty), 'BAD_FRAME', 4400],
    'an unknown type on a data channel': [frame(0x61, 0, 3, 0, 0n, empty), 'BAD_FRAME', 4400],
    'a message that is too long': [
      concatBytes([
        many(32, frame(1, 1, 0, 65536, 0n, new Uint8Array(65536))),
        frame(1, 0, 0, 1, 0n, new Uint8Array(1)),
      ]),
      'BAD_FRAME',
      4400,
    ],
    'a rest that does not fit': [
      concatBytes([frame(1, 1, 0, 65536, 0n, new Uint8Array(65536)), frame(2, 0, 0, 0, 0n, empty)]),
      'BAD_FRAME',
      4400,
    ],
    'more frames than a message may hold': [many(4097, frame(0x60, 0, 3, 0, 0n, empty)), 'BAD_FRAME', 4400],
    'a submit': [submit(1), 'BAD_MESSAGE', 4400],
    'a query': [query(1), 'BAD_MESSAGE', 4400],
    'a payload that is no map': [control(1, text('x')), 'BAD_MESSAGE', 4400],
    'an empty payload': [control(1, empty), 'BAD_MESSAGE', 4400],
    'a payload of nested arrays': [control(1, new Uint8Array(60_000).fill(0x91)), 'BAD_MESSAGE', 4400],
    'a hello twice in one message': [concatBytes([hello, hello]), 'BAD_MESSAGE', 4400],
    'a hundred and one messages': [many(LIMITS.controlFramesPerSecond + 1, control(0xff, empty)), 'RATE', 4429],
  };

  it.each(Object.entries(cases))('%s is an error, and the end', async (_, [message, code, close]) => {
    const terminal = await session.open();
    terminal.send(message);
    expect(await terminal.server('error')).toMatchObject({ code, about: null });
    expect(await terminal.ended()).toMatchObject({ code: close });
    const errors = terminal.received.filter((item) => item.kind === 'server' && item.name === 'error');
    expect(errors).toHaveLength(1);
  });

  it('a message at the limit of frames, and of frames a second, is taken', async () => {
    const terminal = await session.open();
    terminal.send(concatBytes([hello, many(4095, frame(0x60, 1, 3, 1, 0n, new Uint8Array(1)))]));
    await terminal.server('welcome');
    const other = await session.open();
    other.send(concatBytes([many(LIMITS.controlFramesPerSecond - 1, control(0xff, empty)), hello]));
    await other.server('welcome');
    terminal.hangUp();
    other.hangUp();
  });

  it('an unknown type with bit 7 is ignored, also of an unknown minor version', async () => {
    const terminal = await session.open();
    terminal.send(concatBytes([control(0x80, text('anything')), control(0xff, empty)]));
    terminal.hello({ minor: 2 ** 53 - 1 });
    await terminal.server('welcome');
    terminal.send(control(0xfe, text('more')));
    expect(await terminal.show('1')).toBe('1');
    terminal.hangUp();
  });
});

describe('after HELLO', () => {
  const bad: Record<string, readonly [Uint8Array | string, code: string]> = {
    'another hello': [hello, 'BAD_MESSAGE'],
    'a text message': ['pp', 'BAD_FRAME'],
    'random bytes': [crypto.getRandomValues(new Uint8Array(15)), 'BAD_FRAME'],
    'a bad credit': [control(4, Uint8Array.of(0x81, 0xa7, ...text('through'), 0xff)), 'BAD_MESSAGE'],
  };

  it.each(Object.entries(bad))('%s is an error, and the end', async (_, [message, code]) => {
    const terminal = await session.attach();
    terminal.send(message);
    expect(await terminal.server('error')).toMatchObject({ code, about: null });
    expect(await terminal.ended()).toMatchObject({ code: 4400 });
  });

  it('what comes behind the end in the same message is not looked at', async () => {
    const terminal = await session.attach();
    const before = (await witness.run('0')).input;
    terminal.send(concatBytes([hello, submit(1), control(0x7f, empty)]));
    await terminal.ended();
    expect(terminal.received.filter((item) => item.kind === 'server' && item.name === 'error')).toHaveLength(1);
    expect((await witness.run('0')).input).toBe(before + 1);
  });

  it('a bad RUN is answered, and leaves nothing behind', async () => {
    const terminal = await session.attach();
    const run = { entry: 'a.js', args: [], env: [], channel: 3, stdin: null, timeout: null };
    const sources: [string, number][] = [['a.js', 0]];
    terminal.send(encodeClient('run', { ...run, request: 1, entry: '../a.js', sources }));
    terminal.send(encodeClient('run', { ...run, request: 2, sources: [['a.js', LIMITS.programSources + 1]] }));
    terminal.send(encodeClient('run', { ...run, request: 3, sources: [...sources, ['../b.js', 0]] }));
    terminal.send(encodeClient('run', { ...run, request: 4, sources, stdin: 3 }));
    terminal.send(encodeClient('run', { ...run, request: 5, sources: [...sources, ...sources] }));
    for (const [request, code] of [
      [1, 'BAD_REQUEST'],
      [2, 'TOO_LARGE'],
      [3, 'BAD_REQUEST'],
      [4, 'BAD_MESSAGE'],
      [5, 'BAD_REQUEST'],
    ] as const) {
      await terminal.server('error', (error) => error.about?.[1] === request && error.code === code);
    }
    terminal.send(encodeData(3, 0, empty, true));
    terminal.send(encodeClient('run', { ...run, request: 6, sources }));
    terminal.send(encodeData(3, 0, empty, true));
    await terminal.server('accepted', ({ request }) => request === 6);
    expect(terminal.received.filter((item) => item.kind === 'server' && item.name === 'accepted')).toHaveLength(1);
    terminal.hangUp();
  });

  it('bytes of a program that do not fit its RUN are the end', async () => {
    for (const data of [
      encodeData(3, 1, text('xx'), true),
      encodeData(3, 0, text('xxx'), true),
      encodeData(3, 0, text('x'), true),
    ]) {
      const terminal = await session.attach();
      const run = { request: 1, entry: 'a.js', sources: [['a.js', 2] as [string, number]], args: [], env: [] };
      terminal.send(encodeClient('run', { ...run, channel: 3, stdin: null, timeout: null }));
      terminal.send(data);
      expect(await terminal.server('error')).toMatchObject({ code: 'BAD_FRAME' });
      expect(await terminal.ended()).toMatchObject({ code: 4400 });
    }
  });
});

it('random and damaged messages are told from good ones, and others do not notice', async () => {
  const good = concatBytes([hello, query(1), submit(1)]);
  const damaged = fc
    .tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(good.length))
    .map(([at, by, end]) => {
      const bytes = good.slice(0, end + 1);
      bytes[at] = (bytes[at] ?? 0) ^ by;
      return bytes;
    });
  const message = fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged);
  const property = fc.asyncProperty(message, async (bytes) => {
    const terminal = await session.open();
    terminal.send(bytes);
    terminal.hangUp();
    const { code } = await terminal.ended();
    expect([1000, 1005, 4400, 4429]).toContain(code);
  });
  await fc.assert(property, { numRuns: 150, seed: 11 });
  expect(witness.closed).toBe(null);
  expect(await witness.show('6 * 7')).toBe('42');
});
