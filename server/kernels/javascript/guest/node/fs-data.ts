/** The data that `fs` takes and gives: encodings, stats and directory entries. */

import { latin1 } from '../core/bytes.ts';
import { nameAll } from '../core/state.ts';
import type { HostFileStat } from '../host-calls.ts';

export type Encoding = 'utf8' | 'utf-8' | 'latin1' | 'binary' | 'ascii' | 'base64' | 'base64url' | 'hex';

const decoders: Record<Encoding, (bytes: Uint8Array) => string> = {
  utf8: (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  'utf-8': (bytes) => decoders.utf8(bytes),
  latin1,
  binary: latin1,
  ascii: latin1,
  base64: (bytes) => bytes.toBase64(),
  base64url: (bytes) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true }),
  hex: (bytes) => bytes.toHex(),
};

const encoders: Record<Encoding, (text: string) => Uint8Array> = {
  utf8: (text) => new TextEncoder().encode(text),
  'utf-8': (text) => encoders.utf8(text),
  latin1: (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)),
  binary: (text) => encoders.latin1(text),
  ascii: (text) => encoders.latin1(text),
  base64: (text) => Uint8Array.fromBase64(text),
  base64url: (text) => Uint8Array.fromBase64(text, { alphabet: 'base64url' }),
  hex: (text) => Uint8Array.fromHex(text),
};

function known(encoding: string): encoding is Encoding {
  return Object.hasOwn(decoders, encoding);
}

/** The encoding that an options argument names, if it names one. */
export function encodingOf(options: unknown): Encoding | undefined {
  const encoding =
    typeof options === 'object' && options !== null && 'encoding' in options ? options.encoding : options;
  if (encoding === undefined || encoding === null || encoding === 'buffer' || typeof encoding === 'object')
    return undefined;
  const name = String(encoding).toLowerCase();
  if (known(name)) return name;
  throw Object.assign(new TypeError(`Unknown encoding: ${name}`), { code: 'ERR_UNKNOWN_ENCODING' });
}

export function decode(bytes: Uint8Array, encoding: Encoding): string {
  return decoders[encoding](bytes);
}

/** Bytes of what may be written: a string, an ArrayBuffer or a view. */
export function encode(data: unknown, encoding: Encoding = 'utf8'): Uint8Array {
  if (typeof data === 'string') return encoders[encoding](data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const error = new TypeError('The "data" argument must be a string, an ArrayBuffer, a typed array or a DataView.');
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

class Kind {
  readonly #kind: 'file' | 'directory';
  constructor(kind: 'file' | 'directory') {
    this.#kind = kind;
  }
  isFile(): boolean {
    return this.#kind === 'file';
  }
  isDirectory(): boolean {
    return this.#kind === 'directory';
  }
  isSymbolicLink(): boolean {
    return false;
  }
  isFIFO(): boolean {
    return false;
  }
  isSocket(): boolean {
    return false;
  }
  isBlockDevice(): boolean {
    return false;
  }
  isCharacterDevice(): boolean {
    return false;
  }
}

/** What `stat` gives. The store keeps one time per file, which stands for all of Node's four. */
nameAll({ Kind });

export class Stats extends Kind {
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly atimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly mtime: Date;
  readonly atime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;
  constructor({ kind, size, modifiedAt }: HostFileStat) {
    super(kind);
    this.mode = kind === 'file' ? 0o100644 : 0o040755;
    this.size = size;
    this.mtimeMs = this.atimeMs = this.ctimeMs = this.birthtimeMs = modifiedAt;
    this.mtime = new Date(modifiedAt);
    this.atime = new Date(modifiedAt);
    this.ctime = new Date(modifiedAt);
    this.birthtime = new Date(modifiedAt);
  }
}

export class Dirent extends Kind {
  readonly name: string;
  readonly parentPath: string;
  readonly path: string;
  constructor(name: string, parentPath: string, kind: 'file' | 'directory') {
    super(kind);
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
  }
}
