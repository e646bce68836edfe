/** Text and bytes in the encodings of Node, which takes what is wrong in a text for its end, or leaves it out. */

import { latin1 } from '../core/bytes.ts';

interface Codec {
  decode(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
}

const utf8: Codec = {
  decode: (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  encode: (text) => new TextEncoder().encode(text),
};
const binary: Codec = {
  decode: latin1,
  encode: (text) => {
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  },
};
const utf16: Codec = {
  decode: (bytes) => new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes.subarray(0, bytes.length & ~1)),
  encode: (text) => {
    const bytes = new Uint8Array(2 * text.length);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), true);
    return bytes;
  },
};

/** Of both alphabets, up to the first `=`, without what belongs to none and without a digit too many. */
function fromBase64(text: string): Uint8Array {
  const [digits = ''] = text.split('=', 1);
  const clean = digits
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^\w+/]/g, '');
  return Uint8Array.fromBase64(clean.length % 4 === 1 ? clean.slice(0, -1) : clean);
}

const codecs = {
  utf8,
  'utf-8': utf8,
  utf16le: utf16,
  'utf-16le': utf16,
  ucs2: utf16,
  'ucs-2': utf16,
  latin1: binary,
  binary,
  ascii: { decode: (bytes) => latin1(bytes.map((byte) => byte & 0x7f)), encode: binary.encode },
  base64: { decode: (bytes) => bytes.toBase64(), encode: fromBase64 },
  base64url: {
    decode: (bytes) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true }),
    encode: fromBase64,
  },
  hex: {
    decode: (bytes) => bytes.toHex(),
    encode: (text) => Uint8Array.fromHex(/^(?:[\da-f]{2})*/i.exec(text)?.[0] ?? ''),
  },
} satisfies Record<string, Codec>;

export type Encoding = keyof typeof codecs;

export function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(codecs, name);
}

/** The encoding of this name, in any case. Throws `ERR_UNKNOWN_ENCODING`. */
export function knownEncoding(encoding: unknown): Encoding {
  const name = String(encoding).toLowerCase();
  if (isEncoding(name)) return name;
  throw Object.assign(new TypeError(`Unknown encoding: ${name}`), { code: 'ERR_UNKNOWN_ENCODING' });
}

export function decode(bytes: Uint8Array, encoding: Encoding = 'utf8'): string {
  return codecs[encoding].decode(bytes);
}

export function encodeString(text: string, encoding: Encoding = 'utf8'): Uint8Array {
  return codecs[encoding].encode(text);
}
