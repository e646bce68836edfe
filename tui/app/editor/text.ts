/** Places in a text: graphemes, words, lines. Offsets are UTF-16 units and never split a grapheme. */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A grapheme is found by looking at this much text around the cursor, so that a move in a huge text stays cheap. */
const WINDOW = 256;

export function nextGrapheme(text: string, at: number): number {
  if (at >= text.length) return text.length;
  for (const part of graphemes.segment(text.slice(at, at + WINDOW))) return at + part.segment.length;
  return text.length;
}

export function previousGrapheme(text: string, at: number): number {
  const from = Math.max(0, at - WINDOW);
  let start = from;
  for (const part of graphemes.segment(text.slice(from, at))) start = from + part.index;
  return start;
}

const isWord = (char: string) => /[\p{L}\p{N}\p{M}_$]/u.test(char);

/** The end of the word at or after `at`. */
export function nextWord(text: string, at: number): number {
  let end = at;
  const step = (inWord: boolean) => {
    while (end < text.length) {
      const char = String.fromCodePoint(text.codePointAt(end) ?? 0);
      if (isWord(char) !== inWord) break;
      end += char.length;
    }
  };
  step(false);
  step(true);
  return end;
}

/** The start of the word at or before `at`. */
export function previousWord(text: string, at: number): number {
  let start = at;
  const step = (inWord: boolean) => {
    while (start > 0) {
      const low = text.charCodeAt(start - 1);
      const size = low >= 0xdc00 && low <= 0xdfff && start > 1 ? 2 : 1;
      if (isWord(text.slice(start - size, start)) !== inWord) break;
      start -= size;
    }
  };
  step(false);
  step(true);
  return start;
}

/** The start of what Ctrl-W kills: white space, then everything up to white space. */
export function previousBlank(text: string, at: number): number {
  const before = text.slice(0, at);
  const match = /\S*\s*$/.exec(before.slice(-4096));
  return at - (match?.[0].length ?? 0);
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** How many graphemes stand between `from` and `to`. */
export function countGraphemes(text: string, from: number, to: number): number {
  let count = 0;
  for (const _ of graphemes.segment(text.slice(from, to))) count++;
  return count;
}

/** The offset `count` graphemes after `from`, at most the end of that line. */
export function advance(text: string, from: number, count: number): number {
  let at = from;
  const end = lineEnd(text, from);
  for (let left = count; left > 0 && at < end; left--) at = nextGrapheme(text, at);
  return Math.min(at, end);
}
