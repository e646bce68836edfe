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
