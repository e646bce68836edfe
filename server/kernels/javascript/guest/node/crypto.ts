/** `node:crypto`, as far as the host and Web Crypto have it: random values, hashes, HMACs. */

import { bytesOf } from '../core/bytes.ts';
import { askHost } from '../core/failures.ts';
import { host } from '../core/host.ts';
import { nameAll } from '../core/state.ts';
import { randomBytes as randomValues } from '../session/random.ts';
import { Buffer } from './buffer.ts';
import { decode, knownEncoding } from './encodings.ts';
import { encode } from './fs-data.ts';

const MOST_AT_ONCE = 65_536;

/** What `createHash` and `createHmac` return. */
class Hash {
  readonly #algorithm: string;
  readonly #key: ArrayBuffer | null;
  readonly #parts: Uint8Array[] = [];
  #isDone = false;

  constructor(algorithm: unknown, key: ArrayBuffer | null) {
    this.#algorithm = String(algorithm);
    this.#key = key;
    askHost(() => host.digest(this.#algorithm, key, new ArrayBuffer(0)));
  }

  update(data: unknown, encoding?: unknown): this {
    this.#refuseIfDone();
    this.#parts.push(new Uint8Array(bytesOf(encode(data, encoding === undefined ? 'utf8' : knownEncoding(encoding)))));
    return this;
  }

  digest(encoding?: unknown): Buffer | string {
    this.#refuseIfDone();
    this.#isDone = true;
    const digest = askHost(() => host.digest(this.#algorithm, this.#key, bytesOf(Buffer.concat(this.#parts))));
    if (encoding === undefined || encoding === 'buffer') return new Buffer(digest);
    return decode(new Uint8Array(digest), knownEncoding(encoding));
  }

  copy(): Hash {
    this.#refuseIfDone();
    const copy = new Hash(this.#algorithm, this.#key);
    copy.#parts.push(...this.#parts);
    return copy;
  }

  #refuseIfDone(): void {
    if (!this.#isDone) return;
    throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
  }
}
nameAll({ Hash });

function randomBytes(size: number, callback?: (error: null, bytes: Buffer) => void): Buffer | undefined {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += MOST_AT_ONCE) bytes.set(randomValues(Math.min(MOST_AT_ONCE, size - at)), at);
  if (callback === undefined) return bytes;
  queueMicrotask(() => callback(null, bytes));
  return undefined;
}

/** Of `least` (0 if one number is given) to below `end`, each as probable. */
function randomInt(first: number, second?: number): number {
  const [least, end] = second === undefined ? [0, first] : [first, second];
  const range = end - least;
  if (!(Number.isSafeInteger(range) && range > 0 && range <= 2 ** 48)) {
    const error = new RangeError('The value of "max" is out of range.');
    throw Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
  }
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const value = randomValues(6).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < limit) return least + (value % range);
  }
}

function timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.byteLength !== right.byteLength) throw new RangeError('Input buffers must have the same byte length');
  let difference = 0;
  for (let at = 0; at < left.length; at++) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}

const { crypto } = globalThis as unknown as {
  crypto: { subtle: unknown; getRandomValues(view: Uint8Array): Uint8Array; randomUUID(): string };
};

export const cryptoModule = {
  createHash: (algorithm: unknown) => new Hash(algorithm, null),
  createHmac: (algorithm: unknown, key: unknown) => new Hash(algorithm, bytesOf(encode(key))),
  getRandomValues: (view: Uint8Array) => crypto.getRandomValues(view),
  randomBytes,
  randomInt,
  randomUUID: () => crypto.randomUUID(),
  subtle: crypto.subtle,
  timingSafeEqual,
  webcrypto: crypto,
};
nameAll({ ...cryptoModule, webcrypto: null, subtle: null });
