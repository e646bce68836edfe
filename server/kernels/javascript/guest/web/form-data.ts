/** `FormData`, and its two encodings. */

import { concatenate, encodeText, latin1 } from '../core/bytes.ts';
import { defineGlobals } from '../core/state.ts';
import { randomBytes } from '../session/random.ts';
import { Blob, blobBytes, File } from './blob.ts';

type Entry = string | File;

function entryOf(value: unknown, filename?: string): Entry {
  if (!(value instanceof Blob)) return `${value}`;
  if (value instanceof File && filename === undefined) return value;
  return new File([value], filename ?? 'blob', { type: value.type });
}

export class FormData {
  #entries: [string, Entry][] = [];

  append(name: string, value: unknown, filename?: string): void {
    this.#entries.push([`${name}`, entryOf(value, filename)]);
  }

  set(name: string, value: unknown, filename?: string): void {
    const at = this.#entries.findIndex(([key]) => key === `${name}`);
    const entry: [string, Entry] = [`${name}`, entryOf(value, filename)];
    if (at === -1) this.#entries.push(entry);
    else this.#entries = this.#entries.flatMap((old, i) => (i === at ? [entry] : old[0] === entry[0] ? [] : [old]));
  }

  delete(name: string): void {
    this.#entries = this.#entries.filter(([key]) => key !== `${name}`);
  }

  get(name: string): Entry | null {
    return this.#entries.find(([key]) => key === `${name}`)?.[1] ?? null;
  }

  getAll(name: string): Entry[] {
    return this.#entries.filter(([key]) => key === `${name}`).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(([key]) => key === `${name}`);
  }

  forEach(callback: (value: Entry, key: string, parent: FormData) => void, self?: unknown): void {
    for (const [key, value] of this) Reflect.apply(callback, self, [value, key, this]);
  }

  *entries(): IterableIterator<[string, Entry]> {
    yield* this.#entries;
  }

  *keys(): IterableIterator<string> {
    for (const [key] of this.#entries) yield key;
  }

  *values(): IterableIterator<Entry> {
    for (const [, value] of this.#entries) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, Entry]> {
    return this.entries();
  }
}

const quote = (text: string): string => text.replace(/\r\n?|\n/g, '%0D%0A').replace(/"/g, '%22');

/** `multipart/form-data`, with the content type that names its boundary. */
export function encodeMultipart(form: FormData): { bytes: Uint8Array; type: string } {
  const boundary = `----formdata-${randomBytes(12).toHex()}`;
  const parts: Uint8Array[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"`;
    if (typeof value === 'string') parts.push(encodeText(`${head}\r\n\r\n${value.replace(/\r\n?|\n/g, '\r\n')}\r\n`));
    else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      parts.push(encodeText(`${head}; filename="${quote(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      parts.push(blobBytes(value), encodeText('\r\n'));
    }
  }
  parts.push(encodeText(`--${boundary}--\r\n`));
  return { bytes: concatenate(parts), type: `multipart/form-data; boundary=${boundary}` };
}

function decodeMultipart(bytes: Uint8Array, boundary: string): FormData {
  const form = new FormData();
  const text = latin1(bytes);
  const mark = `--${boundary}`;
  let at = text.indexOf(mark);
  while (at !== -1) {
    const start = at + mark.length;
    if (text.startsWith('--', start)) return form;
    const head = text.indexOf('\r\n\r\n', start);
    const end = text.indexOf(`\r\n${mark}`, start);
    if (head === -1 || end === -1) break;
    const headers = new TextDecoder().decode(bytes.subarray(start, head));
    const name = /;\s*name="([^"]*)"/i.exec(headers)?.[1];
    if (name === undefined) break;
    const content = bytes.subarray(head + 4, end);
    const filename = /;\s*filename="([^"]*)"/i.exec(headers)?.[1];
    const type = /^content-type:\s*(.*)$/im.exec(headers)?.[1] ?? 'text/plain';
    if (filename === undefined) form.append(name, new TextDecoder().decode(content));
    else form.append(name, new File([content], filename, { type }));
    at = end + 2;
  }
  throw new TypeError('Failed to parse body as FormData: the multipart body is cut short or malformed');
}

/** A form from a body of one of the two form content types. */
export function decodeForm(bytes: Uint8Array, contentType: string): FormData {
  const boundary = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  if (boundary !== null) return decodeMultipart(bytes, boundary[1] ?? boundary[2] ?? '');
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    throw new TypeError(`Failed to parse body as FormData: the content type is ${contentType || 'missing'}`);
  }
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
  return form;
}

defineGlobals({ FormData });
