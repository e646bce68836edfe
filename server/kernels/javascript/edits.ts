/** Replacements in a text, all given in positions of the text before any of them. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits do not overlap; of several insertions at one place the first in the list comes first. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let position = 0;
  for (const { start, end, text } of ordered) {
    result += source.slice(position, start) + text;
    position = end;
  }
  return result + source.slice(position);
}
