/** Every limit that this folder checks: what is exactly at it passes, one over is refused. */

import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { MessageAssembler } from './assembler.ts';
import { type ClientBody, decodeClient, encodeClient, encodeServer } from './control.ts';
import { CreditSender } from './credit.ts';
import { type ErrorCode, ProtocolError } from './errors.ts';
import { encodeEvent } from './events.ts';
import { CHANNEL_CONTROL, CHANNEL_LOG, concatBytes, decodeFrames, encodeFrames, HEADER_BYTES } from './frame.ts';
import { LIMITS } from './limits.ts';
import { checkStructure, messageOf } from './messages.test-support.ts';
import { FrameRate } from './rate.ts';

/** Each limit with what is sent of `size` bytes or parts, and the error of one over. */
function atAndOver(name: string, limit: number, code: ErrorCode, use: (size: number) => unknown): void {
  test(`${name}: ${limit}`, () => {
    expect(() => use(limit)).not.toThrow();
    expect(() => use(limit + 1)).toThrow(expect.objectContaining({ name: 'ProtocolError', code }));
  });
}

/** One frame with a header that announces its whole payload. */
function frame(channel: number, size: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + size);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, channel, true);
  view.setUint32(4, size, true);
  view.setUint8(8, channel);
  return bytes;
}

describe('frames and messages', () => {
  atAndOver('controlFramePayload', LIMITS.controlFramePayload, 'BAD_FRAME', (size) => decodeFrames(frame(0, size)));
  atAndOver('framePayload of the log', LIMITS.framePayload, 'BAD_FRAME', (size) => decodeFrames(frame(1, size)));
  atAndOver('framePayload of data', LIMITS.framePayload, 'BAD_FRAME', (size) => decodeFrames(frame(2, size)));

  atAndOver('socketMessageFrames', LIMITS.socketMessageFrames, 'BAD_FRAME', (frames) =>
    decodeFrames(new Uint8Array(frames * HEADER_BYTES)),
  );

  atAndOver('socketMessage', LIMITS.socketMessage, 'BAD_FRAME', (size) => {
    const parts: Uint8Array[] = [];
    for (let left = size; left > 0; ) {
      const part = frame(2, Math.min(LIMITS.framePayload, left - HEADER_BYTES, Math.max(0, left - 3 * HEADER_BYTES)));
      parts.push(part);
      left -= part.length;
    }
    return decodeFrames(concatBytes(parts));
  });

  atAndOver('a message of the assembler', LIMITS.clientMessage, 'BAD_FRAME', (size) => {
    const assembler = new MessageAssembler(LIMITS.clientMessage);
    for (const each of decodeFrames(encodeFrames(1, CHANNEL_CONTROL, 0, new Uint8Array(size)))) assembler.push(each);
  });

  /** Size of the code that makes the payload of a SUBMIT as large as a message may be. */
  const submitSize = (code: string) => messageOf(encodeClient('submit', { ...submit, code })).payload.length;
  const submit: ClientBody<'submit'> = { request: 1, language: 'js', code: '', timeout: null };
  const around = submitSize('x'.repeat(100_000)) - 100_000;
  atAndOver('clientMessage when sending', LIMITS.clientMessage, 'TOO_LARGE', (size) =>
    encodeClient('submit', { ...submit, code: 'x'.repeat(size - around) }),
  );

  atAndOver('serverMessage when sending output', LIMITS.serverMessage, 'TOO_LARGE', (size) =>
    encodeEvent(1, {
      name: 'output',
      body: { at: 0, stream: 'stdout', cause: 'input', number: 1, bytes: new Uint8Array(size - 24) },
    }),
  );

  const answer = (text: string) =>
    encodeServer('answer', { query: 1, answer: { kind: 'inspect', text, stale: false } });
  const aroundAnswer = messageOf(answer('x'.repeat(100_000))).payload.length - 100_000;
  atAndOver('serverMessage when sending an answer', LIMITS.serverMessage, 'TOO_LARGE', (size) =>
    answer('x'.repeat(size - aroundAnswer)),
  );
});

describe('payloads', () => {
  const nested = (levels: number) => new Uint8Array(levels + 1).fill(0x91, 0, levels);
  atAndOver('depth', LIMITS.depth, 'BAD_MESSAGE', (levels) => checkStructure(nested(levels), 100));

  const manyKeys = (keys: number) =>
    encode(Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, 0])));
  atAndOver('mapKeys', LIMITS.mapKeys, 'BAD_MESSAGE', (keys) => checkStructure(manyKeys(keys), 1000));

  atAndOver('clientValues', LIMITS.clientValues, 'BAD_MESSAGE', (values) => {
    // The body, `through`, the array, and its elements.
    const payload = encode({ through: 0, later: new Array(values - 3).fill(0) });
    return decodeClient({ type: 0x04, channel: CHANNEL_CONTROL, seq: 0, payload, last: true });
  });
});

describe('client messages', () => {
  const hello: ClientBody<'hello'> = {
    minor: 0,
    client: 'c'.repeat(16),
    name: '',
    version: '',
    readOnly: false,
    lossless: false,
    epoch: null,
    from: null,
  };
  const run: ClientBody<'run'> = {
    request: 1,
    entry: 'a',
    sources: [['a', 0]],
    args: [],
    env: [],
    channel: 3,
    stdin: null,
    timeout: null,
  };
  /** Sends and receives; the receiver is given what a careless sender would have sent. */
  const receive = (type: number, body: object) =>
    decodeClient({ type, channel: CHANNEL_CONTROL, seq: 0, payload: encode(body), last: true });
  const hears = (over: object) => receive(0x01, { ...hello, ...over });
  const runs = (over: object) => receive(0x06, { ...run, ...over });

  for (const field of ['name', 'version', 'epoch']) {
    atAndOver(`label: ${field}`, LIMITS.label, 'BAD_MESSAGE', (size) => hears({ [field]: 'x'.repeat(size) }));
  }
  atAndOver('label in bytes, not in characters', LIMITS.label, 'BAD_MESSAGE', (size) =>
    hears({ name: `${'é'.repeat(LIMITS.label / 2)}${'x'.repeat(size - LIMITS.label)}` }),
  );
  atAndOver('client', 64, 'BAD_MESSAGE', (size) => hears({ client: 'x'.repeat(size) }));
  atAndOver('timeoutSeconds of an input', LIMITS.timeoutSeconds, 'BAD_MESSAGE', (timeout) =>
    receive(0x02, { request: 1, language: 'js', code: '', timeout }),
  );
  atAndOver('timeoutSeconds of a program', LIMITS.timeoutSeconds, 'BAD_MESSAGE', (timeout) => runs({ timeout }));
  atAndOver('inputCode in a question', LIMITS.inputCode, 'BAD_MESSAGE', (size) =>
    receive(0x05, { query: 1, question: { kind: 'isComplete', language: 'js', code: 'x'.repeat(size) } }),
  );
  atAndOver('replyText', LIMITS.replyText, 'BAD_MESSAGE', (size) => receive(0x07, { ask: 1, text: 'x'.repeat(size) }));
  atAndOver('inputCode in a text to split', LIMITS.inputCode, 'BAD_MESSAGE', (size) =>
    receive(0x05, { query: 1, question: { kind: 'split', language: 'js', code: 'x'.repeat(size), from: 0 } }),
  );
  atAndOver('path', LIMITS.path, 'BAD_MESSAGE', (size) => {
    const entry = 'x'.repeat(size);
    return runs({ entry, sources: [[entry, 0]] });
  });
  atAndOver('programSourceFiles', LIMITS.programSourceFiles, 'BAD_MESSAGE', (files) =>
    runs({ sources: new Array(files).fill(['a', 0]) }),
  );
  atAndOver('programArguments', LIMITS.programArguments, 'BAD_MESSAGE', (args) =>
    runs({ args: new Array(args).fill('') }),
  );
  atAndOver('programArguments as environment', LIMITS.programArguments, 'BAD_MESSAGE', (entries) =>
    runs({ env: new Array(entries).fill(['', '']) }),
  );
  atAndOver('the last channel', 65_535, 'BAD_MESSAGE', (channel) => runs({ channel }));

  test('a client opens odd channels from 3 on', () => {
    for (const over of [{ channel: 1 }, { channel: 4 }, { stdin: 1 }, { stdin: 6 }]) {
      expect(() => runs(over)).toThrow(ProtocolError);
    }
  });

  test('what a server would refuse is not sent', () => {
    expect(() => encodeClient('hello', { ...hello, name: 'x'.repeat(LIMITS.label + 1) })).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    );
    expect(() => encodeServer('dataCredit', { channel: 3, through: -1 })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });
});

const control = { type: 0x05, flags: 0, channel: CHANNEL_CONTROL, seq: 0, payload: new Uint8Array() };

test(`controlFramesPerSecond: ${LIMITS.controlFramesPerSecond}`, () => {
  const rate = new FrameRate();
  const admitted = Array.from({ length: LIMITS.controlFramesPerSecond + 1 }, (_, index) =>
    rate.admit(control, 5000 + index),
  );
  expect(admitted.indexOf(false)).toBe(LIMITS.controlFramesPerSecond);
  expect(rate.admit(control, 5999)).toBe(false);
  expect(rate.admit(control, 6000)).toBe(true);
});

test('credit and other channels do not count as control frames', () => {
  const rate = new FrameRate();
  const many = Array.from({ length: 2 * LIMITS.controlFramesPerSecond }, (_, index) => index);
  expect(
    many.every(() =>
      [{ type: 0x04 }, { type: 0x02 }, { channel: 3 }].every((other) => rate.admit({ ...control, ...other }, 5000)),
    ),
  ).toBe(true);
  for (let index = 0; index < LIMITS.controlFramesPerSecond; index++) expect(rate.admit(control, 5000)).toBe(true);
  expect(rate.admit(control, 5000)).toBe(false);
});

test('a clock that is set back begins a new second', () => {
  const rate = new FrameRate();
  for (let index = 0; index <= LIMITS.controlFramesPerSecond; index++) rate.admit(control, 5000);
  expect(rate.admit(control, 4000)).toBe(true);
});

test('initialCredit and credit', () => {
  const sender = new CreditSender();
  sender.recordSent(LIMITS.initialCredit - 1);
  expect(sender.canSend).toBe(true);
  sender.recordSent(1);
  expect(sender.canSend).toBe(false);
  sender.grant(Number.MAX_SAFE_INTEGER);
  sender.recordSent(LIMITS.credit - 1);
  expect(sender.canSend).toBe(true);
  sender.recordSent(1);
  expect(sender.canSend).toBe(false);
});

test('a log event may be larger than one frame', () => {
  expect(decodeFrames(encodeFrames(0x41, CHANNEL_LOG, 9, new Uint8Array(LIMITS.framePayload + 1)))).toHaveLength(2);
});

describe('log events', () => {
  atAndOver('displayForms', LIMITS.displayForms, 'INTERNAL', (forms) =>
    encodeEvent(1, {
      name: 'display',
      body: { at: 0, input: 1, bundle: Array.from({ length: forms }, () => ['text/plain', '']) },
    }),
  );
});
