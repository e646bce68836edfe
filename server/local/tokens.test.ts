/** The secret of the embedded server, and the tokens that it signs. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSecret, mintToken, readSecret } from './tokens.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spawnpoint-'));
  path = join(directory, 'token-secret');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the secret', () => {
  it('is 32 random bytes, made once, in a private file', () => {
    const secret = ensureSecret(path);
    expect(Buffer.from(secret, 'base64')).toHaveLength(32);
    expect(ensureSecret(path)).toBe(secret);
    expect(readSecret(path)).toBe(secret);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'short', 'not base64 '.repeat(4)])('is made anew when the file holds %j', (text) => {
    writeFileSync(path, text);
    expect(readSecret(path)).toBeUndefined();
    expect(readFileSync(path, 'utf8').trim()).not.toBe(ensureSecret(path));
  });
});

describe('a token', () => {
  it('names the local user, the audience, a role, an end and an id of its own', async () => {
    const secret = ensureSecret(path);
    const key = new TextEncoder().encode(secret);
    const verify = (token: string) => jwtVerify(token, key, { algorithms: ['HS256'], audience: 'spawnpoint' });
    const { payload } = await verify(await mintToken(secret, 'reader', 60));
    expect(payload).toMatchObject({ sub: 'local', role: 'reader', jti: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(payload.exp).toBeGreaterThan(Date.now() / 1000);
    expect(payload.exp).toBeLessThan(Date.now() / 1000 + 62);
    const other = await verify(await mintToken(secret));
    expect(other.payload.role).toBe('owner');
    expect(other.payload.jti).not.toBe(payload.jti);
  });
});
