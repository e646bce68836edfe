/** What MessagePack may say before anything is made of it, and which bodies are taken. */

import { decode, encode } from '@msgpack/msgpack';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeClient, decodeServer, encodeServer } from '../control.ts';
import { decodeLog, encodeEvent } from '../events.ts';
import {
  checkStructure,
  clientMessages,
  encodeClientMessage,
  encodeServerMessage,
  fromHex,
  logEvents,
  messageOf,
  serverMessages,
} from '../messages.test-support.ts';
import { toWellFormed, utf8Length } from '../utf8.ts';

const badMessage = expect.objectContaining({ name: 'ProtocolError', code: 'BAD_MESSAGE' });
const check = (bytes: Uint8Array) => checkStructure(bytes, 1_000_000);

describe('structure', () => {
  test.each([
    ['an array of 4 billion', 'ddffffffff'],
    ['arrays of a million in arrays', 'dd000fffff'.repeat(5)],
    ['a map of 4 billion', 'dfffffffff'],
    ['a string of 4 gigabytes', 'dbffffffff'],
    ['a binary of 4 gigabytes', 'c6ffffffff'],
    ['a timestamp extension', 'd6ff00000000'],
    ['an extension', 'c70101ff'],
    ['the type that is never used', 'c1'],
    ['a key that is a number', '810102'],
    ['a key that is an array', '819002'],
    ['a repeated key', '82a16101a16102'],
    ['a repeated key in another form', '82a16101d9016102'],
    ['two values', '0101'],
    ['nothing', ''],
    ['a string that is not UTF-8', 'a1ff'],
    ['a lone surrogate', 'a3eda080'],
    ['an overlong slash', 'a2c0af'],
  ])('refuses %s', (_, hex) => {
    expect(() => check(fromHex(hex))).toThrow(badMessage);
  });

  test('takes all that an encoder makes of plain values', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.constantFrom(null, true, false),
        fc.integer(),
        fc.maxSafeInteger(),
        fc.double(),
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.array(tie('value'), { maxLength: 40 }),
        fc.dictionary(
          fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 40 },
        ),
      ),
    }));
    fc.assert(fc.property(value, (each) => check(encode(each))));
  });

  test('takes the longest forms', () => {
    for (const hex of ['da000161', 'db0000000161', 'dc000101', 'dd0000000101', 'de0001a16101', 'df00000001d9016101']) {
      expect(() => check(fromHex(hex))).not.toThrow();
    }
  });
});

describe('what is written, any decoder of MessagePack reads', () => {
  const read = (bytes: Uint8Array) => decode(messageOf(bytes).payload);

  test('messages and events of every kind', () => {
    fc.assert(
      fc.property(clientMessages, serverMessages, logEvents, (client, server, event) => {
        expect(read(encodeClientMessage(client))).toEqual(client.body);
        expect(read(encodeServerMessage(server))).toEqual(server.body);
        if (event.name !== 'output') expect(read(encodeEvent(1, event))).toEqual(event.body);
      }),
    );
  });

  test('numbers of every size, and lists that outgrow any room', () => {
    const sizes = fc
      .integer({ min: 0, max: 53 })
      .chain((bits) => fc.integer({ min: -1, max: 1 }).map((n) => 2 ** bits + n));
    const queued = fc.array(sizes.filter(Number.isSafeInteger), { maxLength: 3000, size: 'max' });
    fc.assert(
      fc.property(queued, fc.string({ maxLength: 3000, size: 'max', unit: 'binary' }), (numbers, name) => {
        const body = { revision: 0, busy: [], queued: numbers, programs: [], terminals: [] };
        expect(read(encodeServer('state', body))).toEqual(body);
        const error = { code: 'INTERNAL', message: name, retry: true, about: null } as const;
        expect(read(encodeServer('error', error))).toEqual(error);
      }),
      { numRuns: 50 },
    );
  });
});

describe('bodies', () => {
  const control = (type: number, payload: Uint8Array) => ({ type, channel: 0, seq: 0, payload, last: true });

  test('keys of prototypes are no body', () => {
    const polluting = fromHex('81a95f5f70726f746f5f5f80');
    expect(() => decodeClient(control(0x04, polluting))).toThrow(badMessage);
    const keys = { through: 1, constructor: 1, toString: 1, hasOwnProperty: 1 };
    expect(decodeClient(control(0x04, encode(keys)))).toEqual({ name: 'credit', body: { through: 1 } });
  });

  test.each([
    ['-1', -1],
    ['0.5', 0.5],
    ['2^53', 2 ** 53],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['text', '1'],
    ['nothing', undefined],
  ])('%s is no count', (_, through) => {
    expect(() => decodeClient(control(0x04, encode({ through })))).toThrow(badMessage);
  });

  test('an unknown key is dropped', () => {
    expect(decodeServer(control(0x25, encode({ channel: 3, through: 1, later: [1] })))).toEqual({
      name: 'dataCredit',
      body: { channel: 3, through: 1 },
    });
  });

  test('an error does not repeat what came at length', () => {
    const language = 'x'.repeat(1_000_000);
    const payload = encode({ request: 1, language, code: '', timeout: null });
    expect(() => decodeClient(control(0x02, payload))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^submit: language: .{0,200}$/) }),
    );
  });

  test('lone surrogates are sent as U+FFFD, in short and long strings', () => {
    for (const padding of ['', 'x'.repeat(300)]) {
      const body = { at: 0, level: 'info', text: `a\ud800${padding}`, cause: null } as const;
      expect(decodeLog(messageOf(encodeEvent(1, { name: 'notice', body })))).toMatchObject({
        event: { body: { text: `a\ufffd${padding}` } },
      });
    }
    const error = { code: 'INTERNAL', message: '\udfff', retry: true, about: null } as const;
    expect(decodeServer(messageOf(encodeServer('error', error)))).toMatchObject({ body: { message: '\ufffd' } });
  });

  test.each([
    ['40', 'cut off'],
    ['00'.repeat(23), 'cut off'],
    [`0001${'00'.repeat(22)}`, 'unknown stream'],
    [`0301${'00'.repeat(22)}`, 'unknown stream'],
    [`0100${'00'.repeat(22)}`, 'unknown stream'],
    [`0103${'00'.repeat(22)}`, 'unknown stream'],
    [`0101${'00'.repeat(6)}${'ff'.repeat(8)}${'00'.repeat(8)}`, '2\\^53-1'],
    [`0101${'00'.repeat(14)}${'ff'.repeat(8)}`, '2\\^53-1'],
  ])('output %s: %s', (hex, fault) => {
    const message = { type: 0x41, channel: 1, seq: 1, payload: fromHex(hex), last: true };
    expect(() => decodeLog(message)).toThrow(new RegExp(fault));
  });

  test.each([
    [{ from: 2, to: 1 }, 1],
    [{ from: 1, to: 2 }, 3],
    [{ from: 0, to: 2 }, 2],
  ])('gap %j with seq %d', (gap, seq) => {
    expect(() => decodeLog({ type: 0x4f, channel: 1, seq, payload: encode(gap), last: true })).toThrow(badMessage);
  });
});

describe('UTF-8', () => {
  const encoder = new TextEncoder();
  const units = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.nat(0x80)));

  test('lengths are those of the platform encoder', () => {
    fc.assert(
      fc.property(units, (each) => {
        const text = String.fromCharCode(...each);
        expect(utf8Length(text)).toBe(encoder.encode(text).length);
        expect(toWellFormed(text)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoder.encode(text)));
      }),
      { numRuns: 1000 },
    );
  });
});
