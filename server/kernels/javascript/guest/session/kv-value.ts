/** How a value of any JSON shape, a string or bytes lies in the session's key-value store: one tag byte, then content. */

const BYTES = 0;
const TEXT = 1;
const JSON_TEXT = 2;

export type KeyValueContent = Uint8Array | string | number | boolean | null | object;

function tagged(tag: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 1);
  bytes[0] = tag;
  bytes.set(content, 1);
  return bytes;
}

/** Throws TypeError for what JSON cannot say: undefined, functions, symbols, bigints, cycles. */
export function encodeKeyValue(value: unknown): Uint8Array {
  if (typeof value === 'string') return tagged(TEXT, new TextEncoder().encode(value));
  if (value instanceof ArrayBuffer) return tagged(BYTES, new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return tagged(BYTES, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`kv values are strings, bytes or what JSON can say, not ${typeof value}`);
  return tagged(JSON_TEXT, new TextEncoder().encode(text));
}

/** Bytes of a tag that is not known come back as they are. */
export function decodeKeyValue(bytes: Uint8Array): KeyValueContent {
  const content = bytes.slice(1);
  if (bytes[0] === BYTES) return content;
  if (bytes[0] === TEXT) return new TextDecoder().decode(content);
  if (bytes[0] === JSON_TEXT) return JSON.parse(new TextDecoder().decode(content));
  return bytes;
}
