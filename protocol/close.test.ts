/** Close codes and error codes: each has its status, its advice and a reason that fits. */

import { expect, test } from 'vitest';
import { CLOSE, CLOSE_FOR_ERROR, closeReason, shouldReconnect } from './close.ts';
import { ERROR_CODES, ProtocolError } from './errors.ts';
import { DEFAULT_SESSION, isName } from './names.ts';
import { utf8Length } from './utf8.ts';
import { attachPath } from './version.ts';

test.each([
  [4400, false],
  [4401, false],
  [4403, false],
  [4404, false],
  [4408, true],
  [4426, false],
  [4429, true],
  [4500, true],
  [4507, false],
  [1000, true],
  [1001, true],
  [1006, true],
  [1012, true],
  [4499, true],
])('after close code %d a client connects again: %s', (code, again) => {
  expect(shouldReconnect(code)).toBe(again);
});

test('close codes are 4000 and the HTTP status of the error that they follow', () => {
  for (const [code, rule] of Object.entries(CLOSE_FOR_ERROR)) {
    const error = new ProtocolError(ERROR_CODES.find((each) => each === code) ?? 'NOT_FOUND', '');
    expect(rule.code).toBe(4000 + error.status);
    expect(rule.reconnect === 'backoff').toBe(error.retry);
  }
  expect(new Set(Object.values(CLOSE).map(({ code }) => code)).size).toBe(Object.keys(CLOSE).length);
});

test.each(ERROR_CODES)('%s has a status and says whether to retry', (code) => {
  const error = new ProtocolError(code, 'Do this.');
  expect(error.status).toBeGreaterThanOrEqual(400);
  expect(error.status).toBeLessThan(600);
  expect(error.toWire()).toEqual({ code, message: 'Do this.', retry: error.retry });
});

test('a close reason has at most 123 bytes of whole characters', () => {
  expect(closeReason('x'.repeat(123))).toHaveLength(123);
  expect(closeReason('x'.repeat(124))).toHaveLength(123);
  expect(closeReason(`${'x'.repeat(120)}\u{1f30d}`)).toBe('x'.repeat(120));
  expect(utf8Length(closeReason('é'.repeat(200)))).toBe(122);
  expect(closeReason('\ud800')).toBe('\ufffd');
});

test('names', () => {
  for (const name of ['a', DEFAULT_SESSION, 'A.b_c-9', '...', 'x'.repeat(64)]) expect(isName(name)).toBe(true);
  for (const name of ['', '.', '..', 'a/b', 'a b', 'a\n', 'é', 'x'.repeat(65)]) expect(isName(name)).toBe(false);
  expect(attachPath('main')).toBe('/v1/sessions/main/attach');
});
