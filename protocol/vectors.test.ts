/** The bytes of version 1: these never change. An addition to the protocol adds vectors. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ClientMessage, decodeClient, decodeServer, type ServerMessage } from './control.ts';
import { encodeData } from './data.ts';
import { decodeLog, encodeEvent, encodeGap, type LogEvent } from './events.ts';
import {
  CLIENT_NAMES,
  EVENT_NAMES,
  encodeClientMessage,
  encodeServerMessage,
  fromHex,
  messageOf,
  SERVER_NAMES,
  toHex,
} from './messages.test-support.ts';

/** One line of vectors.json. Bytes stand there in hexadecimal. */
type Vector = { hex: string } & (
  | ({ kind: 'client' } & ClientMessage)
  | ({ kind: 'server' } & ServerMessage)
  | ({ kind: 'event'; seq: number } & (
      | Exclude<LogEvent, { name: 'output' }>
      | { name: 'output'; body: Omit<Extract<LogEvent, { name: 'output' }>['body'], 'bytes'> & { bytes: string } }
    ))
  | { kind: 'gap'; from: number; to: number }
  | { kind: 'data'; channel: number; offset: number; bytes: string; isLast: boolean }
);

const vectors: Vector[] = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));

function eventOf(vector: Extract<Vector, { kind: 'event' }>): LogEvent {
  if (vector.name !== 'output') return { name: vector.name, body: vector.body } as LogEvent;
  return { name: 'output', body: { ...vector.body, bytes: fromHex(vector.body.bytes) } };
}

function encode(vector: Vector): Uint8Array {
  switch (vector.kind) {
    case 'client':
      return encodeClientMessage(vector);
    case 'server':
      return encodeServerMessage(vector);
    case 'event':
      return encodeEvent(vector.seq, eventOf(vector));
    case 'gap':
      return encodeGap(vector.from, vector.to);
    case 'data':
      return encodeData(vector.channel, vector.offset, fromHex(vector.bytes), vector.isLast);
  }
}

/** What decoding the vector's bytes must give, and what it gives. */
function decoded(vector: Vector): { expected: unknown; actual: unknown } {
  const message = messageOf(fromHex(vector.hex));
  switch (vector.kind) {
    case 'client':
      return { expected: { name: vector.name, body: vector.body }, actual: decodeClient(message) };
    case 'server':
      return { expected: { name: vector.name, body: vector.body }, actual: decodeServer(message) };
    case 'event':
      return { expected: { kind: 'event', seq: vector.seq, event: eventOf(vector) }, actual: decodeLog(message) };
    case 'gap':
      return { expected: { kind: 'gap', from: vector.from, to: vector.to }, actual: decodeLog(message) };
    case 'data': {
      const { channel, offset, bytes, isLast } = vector;
      const { payload, last, seq } = message;
      return {
        expected: [channel, offset, bytes, isLast],
        actual: [message.channel, seq, toHex(payload), last],
      };
    }
  }
}

describe.each(
  vectors.map((vector, index) => [`${index} ${vector.kind} ${'name' in vector ? vector.name : ''}`, vector] as const),
)('vector %s', (_, vector) => {
  test('encodes to these bytes', () => {
    expect(toHex(encode(vector))).toBe(vector.hex);
  });
  test('decodes to this body', () => {
    const { expected, actual } = decoded(vector);
    expect(actual).toEqual(expected);
  });
});

test.each([
  ['client', CLIENT_NAMES],
  ['server', SERVER_NAMES],
  ['event', EVENT_NAMES],
] as const)('every %s message has a vector', (kind, names) => {
  const covered = vectors.flatMap((vector) => (vector.kind === kind && 'name' in vector ? [vector.name] : []));
  expect(new Set<string>(covered)).toEqual(new Set(names));
});
