/** What goes in comes out, whatever the batching; what nobody sent gives a typed error and nothing else. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Message, MessageAssembler } from './assembler.ts';
import { decodeClient, decodeServer } from './control.ts';
import { encodeData } from './data.ts';
import { ProtocolError } from './errors.ts';
import { decodeLog, encodeEvent, encodeGap } from './events.ts';
import { CHANNEL_CONTROL, CHANNEL_LOG, concatBytes, decodeFrames, encodeFrames, HEADER_BYTES } from './frame.ts';
import { LIMITS } from './limits.ts';
import {
  clientMessages,
  encodeClientMessage,
  encodeServerMessage,
  logEvents,
  messageOf,
  messagesOf,
  sequenceNumbers,
  serverMessages,
} from './messages.test-support.ts';

describe('round trips', () => {
  test('client messages', () => {
    fc.assert(
      fc.property(clientMessages, (message) => {
        expect(decodeClient(messageOf(encodeClientMessage(message)))).toEqual(message);
      }),
    );
  });

  test('server messages', () => {
    fc.assert(
      fc.property(serverMessages, (message) => {
        expect(decodeServer(messageOf(encodeServerMessage(message)))).toEqual(message);
      }),
    );
  });

  test('log events', () => {
    fc.assert(
      fc.property(sequenceNumbers, logEvents, (seq, event) => {
        expect(decodeLog(messageOf(encodeEvent(seq, event)))).toEqual({ kind: 'event', seq, event });
      }),
    );
  });

  test('gaps', () => {
    fc.assert(
      fc.property(fc.tuple(sequenceNumbers, sequenceNumbers), ([one, other]) => {
        const from = Math.min(one, other);
        const to = Math.max(one, other);
        expect(decodeLog(messageOf(encodeGap(from, to)))).toEqual({ kind: 'gap', from, to });
      }),
    );
  });

  test('data of any length', () => {
    const lengths = fc.oneof(
      fc.nat(100),
      fc.integer({ min: -2, max: 2 }).map((more) => 2 * LIMITS.framePayload + more),
    );
    fc.assert(
      fc.property(fc.nat(1000), lengths, fc.boolean(), (offset, length, isLast) => {
        const bytes = new Uint8Array(length).map((_, index) => index % 251);
        const frames = encodeData(3, offset, bytes, isLast);
        const messages = frames.length === 0 ? [] : messagesOf(frames);
        let next = offset;
        for (const { seq, payload } of messages) {
          expect(seq).toBe(next);
          next += payload.length;
        }
        const received = concatBytes(messages.map(({ payload }) => payload));
        expect(Buffer.compare(received, bytes)).toBe(0);
        expect(messages.filter(({ last }) => last)).toHaveLength(isLast ? 1 : 0);
      }),
      { numRuns: 30 },
    );
  });
});

/** Messages of both channels with payloads around the sizes at which they are split into frames. */
const anySize = fc.oneof(
  fc.nat(300),
  fc
    .constantFrom(LIMITS.controlFramePayload, LIMITS.framePayload)
    .chain((size) => fc.integer({ min: size - 1, max: 2 * size + 1 })),
);
const rawMessages = fc.array(
  fc.record({
    type: fc.nat(255),
    channel: fc.constantFrom(CHANNEL_CONTROL, CHANNEL_LOG),
    size: anySize,
    fill: fc.nat(255),
  }),
  { minLength: 1, maxLength: 6 },
);

test('frames decode to the same messages however they are batched', () => {
  fc.assert(
    fc.property(rawMessages, fc.infiniteStream(fc.boolean()), (raw, cuts) => {
      const encoded = raw.map(({ type, channel, size, fill }) =>
        encodeFrames(type, channel, channel, new Uint8Array(size).fill(fill)),
      );
      const all = concatBytes(encoded);
      const assembler = new MessageAssembler(LIMITS.serverMessage);
      const received: Message[] = [];
      let start = 0;
      let end = 0;
      for (const { payload } of decodeFrames(all)) {
        end += HEADER_BYTES + payload.length;
        if (end < all.length && !cuts.next().value) continue;
        for (const frame of decodeFrames(all.subarray(start, end)))
          received.push(...[assembler.push(frame)].flatMap((m) => m ?? []));
        start = end;
      }
      expect(
        received.map(({ type, channel, payload }) => [type, channel, payload.length, payload[0], payload.at(-1)]),
      ).toEqual(
        raw.map(({ type, channel, size, fill }) => {
          const byte = size === 0 ? undefined : fill;
          return [type, channel, size, byte, byte];
        }),
      );
    }),
    { numRuns: 40 },
  );
});

/** Runs `decode`; anything thrown must be the protocol's own error. */
function decodesOrThrowsTyped(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}

describe('hostile bytes give a ProtocolError or a message, nothing else', () => {
  test('random bytes as a WebSocket message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decodesOrThrowsTyped(() => messagesOf(bytes))),
      {
        numRuns: 2000,
      },
    );
  });

  test('random payloads of every type', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 200 }), (type, payload) => {
        const control = { type, channel: CHANNEL_CONTROL, seq: 0, payload, last: true };
        decodesOrThrowsTyped(() => decodeClient(control));
        decodesOrThrowsTyped(() => decodeServer(control));
        decodesOrThrowsTyped(() => decodeLog({ ...control, channel: CHANNEL_LOG, seq: 1 }));
      }),
      { numRuns: 5000 },
    );
  });

  test('valid messages with bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(clientMessages, serverMessages, logEvents, changes, (client, server, event, edits) => {
        const spoil = (bytes: Uint8Array) => {
          for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
          return bytes;
        };
        decodesOrThrowsTyped(() => messagesOf(spoil(encodeClientMessage(client))).map(decodeClient));
        decodesOrThrowsTyped(() => messagesOf(spoil(encodeServerMessage(server))).map(decodeServer));
        decodesOrThrowsTyped(() => messagesOf(spoil(encodeEvent(7, event))).map(decodeLog));
      }),
      { numRuns: 1000 },
    );
  });
});

test('bytes cut off anywhere are refused', () => {
  fc.assert(
    fc.property(clientMessages, logEvents, (message, event) => {
      for (const bytes of [encodeClientMessage(message), encodeEvent(1, event)]) {
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodeFrames(bytes.subarray(0, length))).toThrow(ProtocolError);
        }
      }
      const { payload, ...rest } = messageOf(encodeClientMessage(message));
      for (let length = 0; length < payload.length; length++) {
        expect(() => decodeClient({ ...rest, payload: payload.subarray(0, length) })).toThrow(ProtocolError);
      }
    }),
    { numRuns: 20 },
  );
});
