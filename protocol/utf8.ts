/** UTF-8 without a platform: limits on text count its bytes, and what crosses the wire is always well formed. */

/** Bytes that `text` takes in UTF-8; a lone surrogate counts as the three bytes of U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) at += 1;
  }
  return bytes;
}

/** `text` with U+FFFD for each lone surrogate, which UTF-8 cannot express. */
export function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** True if `bytes` from `start` to `end` are UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at] ?? 0;
    at += 1;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const following = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (at + following > end) return false;
    const second = bytes[at] ?? 0;
    if (second < (SECOND_FROM[lead] ?? 0x80) || second > (SECOND_TO[lead] ?? 0xbf)) return false;
    for (let index = 1; index < following; index++) {
      if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return false;
    }
    at += following;
  }
  return true;
}

/** Lead bytes after which the second byte has a narrower range than 0x80 to 0xbf. */
const SECOND_FROM: Readonly<Record<number, number>> = { 224: 0xa0, 240: 0x90 };
const SECOND_TO: Readonly<Record<number, number>> = { 237: 0x9f, 244: 0x8f };

/** The beginning of `text`, well-formed and at most `bytes` bytes of UTF-8. */
export function clipUtf8(text: string, bytes: number): string {
  let clipped = '';
  let used = 0;
  for (const character of toWellFormed(text)) {
    used += utf8Length(character);
    if (used > bytes) break;
    clipped += character;
  }
  return clipped;
}
