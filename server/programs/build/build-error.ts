/** What is wrong with a program's source, told in terms of what its author wrote. */

/** A program that cannot start. `message` is all the user needs to see: place, line, caret and reason. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

export interface SourcePlace {
  readonly path: string;
  readonly source: string;
  /** Counted from 1. */
  readonly line: number;
  /** UTF-16 units, counted from 0. */
  readonly column: number;
}

/** An error at one place of a source, shown as node shows it: `path:line:column`, the line, a caret, the reason. */
export function errorAt(place: SourcePlace, reason: string): BuildError {
  const line = place.source.split('\n')[place.line - 1]?.replace(/\r$/, '') ?? '';
  const start = Math.max(0, Math.min(place.column - 60, line.length));
  const shown = line.slice(start, start + 120);
  const indent = shown.slice(0, place.column - start).replace(/[^\t]/g, ' ');
  return new BuildError(`${place.path}:${place.line}:${place.column + 1}\n${shown}\n${indent}^\n\n${reason}`);
}
