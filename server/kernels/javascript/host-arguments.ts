/** Arguments of host calls, read without running guest code. What has the wrong type is refused. */

import type { JSValueHandle } from 'quickjs-wasi';

type Argument = JSValueHandle | undefined;

export function readText(value: Argument): string {
  if (!value?.isString) throw 'EINVAL\nexpected a string';
  return value.toString();
}

/** A finite number. */
export function readNumber(value: Argument): number {
  const number = value?.isNumber ? value.toNumber() : Number.NaN;
  if (!Number.isFinite(number)) throw 'EINVAL\nexpected a number';
  return number;
}

export function readBoolean(value: Argument): boolean {
  if (!value?.isBool) throw 'EINVAL\nexpected a boolean';
  return value.toBoolean();
}

/** A copy of an ArrayBuffer's bytes. */
export function readBytes(value: Argument): Uint8Array {
  if (!value?.isArrayBuffer) throw 'EINVAL\nexpected an ArrayBuffer';
  return value.toUint8Array();
}

export function readOptionalBytes(value: Argument): Uint8Array | null {
  return value?.isNull ? null : readBytes(value);
}

/** JSON of pairs of strings. */
export function readHeaders(value: Argument): [string, string][] {
  const parsed: unknown = JSON.parse(readText(value));
  if (!Array.isArray(parsed)) throw 'EINVAL\nexpected a list of headers';
  return parsed.map((pair: unknown) => {
    const [name, content]: unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof name !== 'string' || typeof content !== 'string') throw 'EINVAL\nexpected a header';
    return [name, content];
  });
}
