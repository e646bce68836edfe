/** The embedded server's secret, and the tokens its own user signs with it. */

import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { replacePrivateFile } from './files.ts';

/** The user whom every token of the embedded server names. */
const LOCAL_USER = 'local';

export type TokenRole = 'owner' | 'writer' | 'reader';

const SECRET = /^[A-Za-z0-9+/]{43}=$/;
const DEFAULT_SECONDS = 24 * 60 * 60;

/** The secret in the file; undefined when there is none yet or it is damaged. 32 random bytes in base64. */
export function readSecret(path: string): string | undefined {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    return SECRET.test(secret) ? secret : undefined;
  } catch {
    return undefined;
  }
}

/** The secret in the file, made at the first call. Only the holder of the directory's lock may call it. */
export function ensureSecret(path: string): string {
  const existing = readSecret(path);
  if (existing) return existing;
  const secret = randomBytes(32).toString('base64');
  replacePrivateFile(path, `${secret}\n`);
  return secret;
}

/** Signs a token (JWT, HS256) for the local user, valid for `seconds` from now. */
export async function mintToken(secret: string, role: TokenRole = 'owner', seconds = DEFAULT_SECONDS): Promise<string> {
  const { SignJWT } = await import('jose/jwt/sign');
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(LOCAL_USER)
    .setAudience('spawnpoint')
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(secret));
}
