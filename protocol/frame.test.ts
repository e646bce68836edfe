/** Frames: the bytes of the header, and messages put together from several. */

import { describe, expect, test } from 'vitest';
import { MessageAssembler } from './assembler.ts';
import { decodeClient, decodeServer } from './control.ts';
import { encodeData } from './data.ts';
import type { ProtocolError } from './errors.ts';
import { decodeLog } from './events.ts';
import { concatBytes, decodeFrames, encodeFrames, FLAG_MORE, type Frame, payloadLimit } from './frame.ts';
import { LIMITS } from './limits.ts';
import { fromHex, toHex } from './messages.test-support.ts';

const badFrame = expect.objectContaining({ name: 'ProtocolError', code: 'BAD_FRAME' } satisfies Partial<ProtocolError>);

describe('header', () => {
  test('has its fields where the specification says, little-endian', () => {
    expect(toHex(encodeFrames(0x41, 1, 0x0102030405, Uint8Array.of(7, 8)))).toBe(
      '41000100020000000504030201000000' + '0708',
    );
  });

  test.each([
    ['a control frame with a sequence number', '01000000000000000100000000000000'],
    ['a log frame without one', '40000100000000000000000000000000'],
    ['a sequence number above 2^53-1', '40000100000000000000000000002000'],
    ['a payload that is cut off', '01000000010000000000000000000000'],
    ['nothing', ''],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeFrames(fromHex(hex))).toThrow(badFrame);
  });

  test('unknown flags are ignored', () => {
    expect(
      new MessageAssembler(10).push({ type: 1, flags: 0xfe, channel: 0, seq: 0, payload: new Uint8Array() }),
    ).not.toBeNull();
  });

  test.each([
    [256, 0, 0],
    [1, 65_536, 0],
    [1, 1, -1],
    [1, 1, 1.5],
    [1, 1, 2 ** 53],
  ])('type %d, channel %d, seq %d do not fit', (type, channel, seq) => {
    expect(() => encodeFrames(type, channel, seq, new Uint8Array())).toThrow(RangeError);
  });

  test('only data channels carry data', () => {
    expect(() => encodeData(1, 0, new Uint8Array(), true)).toThrow(RangeError);
  });
});

describe('assembler', () => {
  const frame = (over: Partial<Frame>): Frame => ({
    type: 1,
    flags: FLAG_MORE,
    channel: 0,
    seq: 0,
    payload: new Uint8Array(payloadLimit(over.channel ?? 0)),
    ...over,
  });
  const begun = () => {
    const assembler = new MessageAssembler(LIMITS.clientMessage);
    assembler.push(frame({}));
    return assembler;
  };

  test('a message goes on with the same type and seq', () => {
    expect(() => begun().push(frame({ type: 2, flags: 0 }))).toThrow(badFrame);
    const log = new MessageAssembler(LIMITS.serverMessage);
    log.push(frame({ channel: 1, seq: 5 }));
    expect(() => log.push(frame({ channel: 1, seq: 6, flags: 0 }))).toThrow(badFrame);
  });

  test('frames of other channels may come between', () => {
    const assembler = begun();
    expect(assembler.push(frame({ channel: 1, seq: 5, flags: 0, payload: Uint8Array.of(1) }))?.seq).toBe(5);
    const message = assembler.push(frame({ flags: 0, payload: Uint8Array.of(2) }));
    expect(message?.payload).toHaveLength(LIMITS.controlFramePayload + 1);
  });

  test('a frame that goes on must be full, so that a message has few frames', () => {
    const short = new Uint8Array(LIMITS.controlFramePayload - 1);
    expect(() => begun().push(frame({ payload: short }))).toThrow(badFrame);
  });

  test('a data frame that goes on must carry something', () => {
    expect(() => begun().push(frame({ channel: 3, payload: new Uint8Array() }))).toThrow(badFrame);
    expect(begun().push(frame({ channel: 3, payload: new Uint8Array(1) }))).toMatchObject({ last: false });
  });

  test('keeps its own copy of what goes on', () => {
    const payload = new Uint8Array(LIMITS.controlFramePayload).fill(1);
    const assembler = new MessageAssembler(LIMITS.clientMessage);
    assembler.push(frame({ payload }));
    payload.fill(2);
    expect(assembler.push(frame({ flags: 0, payload: Uint8Array.of(3) }))?.payload[0]).toBe(1);
  });
});

describe('types', () => {
  const message = (type: number, channel: number) => ({
    type,
    channel,
    seq: channel,
    payload: fromHex('80'),
    last: true,
  });

  test('unknown ones are refused, or ignored with bit 7', () => {
    for (const decode of [decodeClient, decodeServer]) {
      expect(() => decode(message(0x7f, 0))).toThrow(badFrame);
      expect(decode(message(0xff, 0))).toBeNull();
    }
    expect(() => decodeLog(message(0x7f, 1))).toThrow(badFrame);
    expect(decodeLog(message(0xff, 1))).toBeNull();
  });

  test('one side does not take the messages of the other', () => {
    expect(() => decodeClient(message(0x20, 0))).toThrow(badFrame);
    expect(() => decodeServer(message(0x01, 0))).toThrow(badFrame);
  });

  test('each belongs to its channel', () => {
    expect(() => decodeClient(message(0x04, 1))).toThrow(badFrame);
    expect(() => decodeServer(message(0x25, 1))).toThrow(badFrame);
    expect(() => decodeLog(message(0x40, 0))).toThrow(badFrame);
  });
});

test('one part is joined without a copy', () => {
  const part = new Uint8Array(3);
  expect(concatBytes([part])).toBe(part);
  expect(concatBytes([])).toHaveLength(0);
});
