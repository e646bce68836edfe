/**
 * `Math.random`, seeded by the host. The engine's own generator can be seeded only once, when the base snapshot is
 * made, and would repeat itself in every session and after every restore. Algorithm: sfc32.
 */

import { host } from '../core/host.ts';

const words = new Uint32Array(4);

function next(): number {
  let a = words[0] ?? 0;
  let b = words[1] ?? 0;
  let c = words[2] ?? 0;
  const counter = words[3] ?? 0;
  const sum = (a + b + counter) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (((c << 21) | (c >>> 11)) + sum) | 0;
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = counter + 1;
  return sum >>> 0;
}

/** Takes the first 16 bytes of `seed`. */
export function reseed(seed: ArrayBuffer): void {
  const given = new Uint32Array(seed, 0, 4);
  for (let i = 0; i < 4; i++) words[i] = given[i] ?? 0;
  for (let i = 0; i < 12; i++) next();
}

Object.defineProperty(Math, 'random', {
  value: function random(): number {
    return (next() * 0x200000 + (next() >>> 11)) / 0x20000000000000;
  },
  writable: true,
  configurable: true,
  enumerable: false,
});

/** Bytes for what needs more than `Math.random`. */
export const randomBytes = (length: number): Uint8Array => new Uint8Array(host.random(length));
