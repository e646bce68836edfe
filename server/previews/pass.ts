/**
 * What lets a browser see a private preview: a link, good once and for a short time, and the cookie that it is
 * exchanged for; and what lets whoever serves the preview at its session's files. All are `expires.nonce.signature`,
 * signed with the preview's own key.
 */

export const LINK_PARAMETER = 'spawnpoint-link';
export const COOKIE_NAME = 'spawnpoint-preview';
export const LINK_MILLISECONDS = 10 * 60 * 1000;
export const FILES_MILLISECONDS = 60 * 1000;
export const COOKIE_MILLISECONDS = 12 * 60 * 60 * 1000;

/** What a pass is for, and of which preview: it is good for nothing else. */
export interface PassPurpose {
  readonly kind: 'link' | 'cookie' | 'files';
  readonly preview: string;
}

export interface Pass {
  /** Milliseconds since the epoch. */
  readonly expires: number;
  readonly nonce: string;
}

const algorithm = { name: 'HMAC', hash: 'SHA-256' };

/** `bytes`: 32 random ones. */
export function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
}

export async function signPass(key: CryptoKey, purpose: PassPurpose, expires: number): Promise<string> {
  const nonce = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  const signature = await crypto.subtle.sign(algorithm, key, signedText(purpose, expires, nonce));
  return `${expires}.${nonce}.${toBase64Url(new Uint8Array(signature))}`;
}

/** Null for a pass that is expired, for something else, or not signed with this key. `now` as `expires`. */
export async function readPass(key: CryptoKey, purpose: PassPurpose, text: string, now: number): Promise<Pass | null> {
  const parts = /^(\d{1,15})\.([\w-]{22})\.([\w-]{43})$/.exec(text);
  if (parts === null) return null;
  const [, expiresText = '', nonce = '', signature = ''] = parts;
  const expires = Number(expiresText);
  if (expires <= now) return null;
  const isGenuine = await crypto.subtle.verify(
    algorithm,
    key,
    fromBase64Url(signature),
    signedText(purpose, expires, nonce),
  );
  return isGenuine ? { expires, nonce } : null;
}

function signedText({ kind, preview }: PassPurpose, expires: number, nonce: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([kind, preview, expires, nonce]));
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
