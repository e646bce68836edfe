/** Answers to a runner, as bytes and back. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Answer, AnswerDecoder, encodeAnswer } from './answers.ts';

const number = fc.nat(2 ** 32 - 1);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ number, kind: fc.constant('value' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ number, kind: fc.constant('nothing' as const) }),
  fc.record({ number, kind: fc.constant('failure' as const), message: fc.string({ unit: 'grapheme' }) }),
);

it('answers have these bytes', () => {
  const value = encodeAnswer({ number: 258, kind: 'value', bytes: new Uint8Array([7]) });
  expect([...value]).toEqual([2, 1, 0, 0, 0, 1, 0, 0, 0, 7]);
  expect([...encodeAnswer({ number: 1, kind: 'nothing' })]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect([...encodeAnswer({ number: 1, kind: 'failure', message: '!' })]).toEqual([1, 0, 0, 0, 2, 1, 0, 0, 0, 33]);
});

it('answers decode to what was encoded, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(answer), fc.integer({ min: 1, max: 50 }), (answers, step) => {
      const bytes = answers.flatMap((each) => [...encodeAnswer(each)]);
      const decoder = new AnswerDecoder();
      const decoded: Answer[] = [];
      for (let at = 0; at < bytes.length; at += step) {
        decoded.push(...decoder.push(new Uint8Array(bytes.slice(at, at + step))));
      }
      expect(decoded).toEqual(answers);
    }),
  );
});

it('what is no answer is refused', () => {
  expect(() => new AnswerDecoder().push(new Uint8Array([1, 0, 0, 0, 3, 0, 0, 0, 0]))).toThrow(/unknown kind/);
  expect(() => new AnswerDecoder().push(new Uint8Array([1, 0, 0, 0, 0, 1, 0, 0, 4]))).toThrow(/67108865 bytes/);
  expect(new AnswerDecoder().push(new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 4]))).toEqual([]);
});
