/** Replacements in a text, given in any order, applied at once. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The edits must not overlap. */
export function applyEdits(code: string, edits: readonly Edit[]): string {
  let result = '';
  let position = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += code.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + code.slice(position);
}

/** The line breaks of a text and nothing else, so that what follows stays on its line. */
export function lineBreaks(text: string): string {
  return text.replace(/[^\n]/g, '');
}

/** A text of the same shape: all but its line breaks is blank. */
export function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
