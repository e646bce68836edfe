/** Where the server is, what it refuses, and why it cannot be reached. */

import { expect, it } from 'vitest';
import { checkToken, parseServerUrl } from './address.ts';
import { reasonOf } from './reasons.ts';
import { parseRefusal } from './refusal.ts';

it.each([
  ['https://host.example', 'https://host.example'],
  ['https://host.example:8443/', 'https://host.example:8443'],
  ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
  ['http://localhost', 'http://localhost'],
  ['http://[::1]:1/', 'http://[::1]:1'],
])('takes %s', (text, origin) => {
  expect(parseServerUrl(text)).toBe(origin);
});

it.each([
  ['http://host.example', /in the clear/],
  ['http://127.0.0.1.example', /in the clear/],
  ['http://localhost.example', /in the clear/],
  ['ftp://127.0.0.1', /no server's URL/],
  ['host.example', /no server's URL/],
  ['', /no server's URL/],
  ['https://user:pass@host.example', /no credentials/],
  ['https://host.example/path', /more than a server/],
  ['https://host.example/?token=x', /more than a server/],
])('refuses %s', (text, message) => {
  expect(() => parseServerUrl(text)).toThrow(message);
});

it('sends no token that would break a header', () => {
  expect(checkToken('a.b-c_d', 'X')).toBe('a.b-c_d');
  expect(() => checkToken('a\r\nb', 'X')).toThrow(/in X/);
});

it('reads what our servers refuse, and nothing else', () => {
  const error = { code: 'FORBIDDEN', message: 'no', retry: false };
  expect(parseRefusal(JSON.stringify({ error }))).toEqual(error);
  for (const body of ['', 'null', '<html>', '{"error": null}', '{"error": {"code": "NOPE", "message": "x"}}']) {
    expect(parseRefusal(body)).toBeNull();
  }
});

it('finds the reason behind the errors that wrap it', () => {
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('the connection was refused');
  expect(reasonOf(new Error('odd'))).toBe('odd');
});
