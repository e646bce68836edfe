/** Strips the types of TypeScript. Lines stay where they are; columns may move. */

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type Options, transform } from 'sucrase';
import { errorAt, type SourcePlace } from './build-error.ts';

const options: Options = {
  transforms: ['typescript'],
  disableESTransforms: true,
  // As Node does it: an import that is not marked `import type` is kept and runs.
  keepUnusedImports: true,
};

/** JavaScript with the same line breaks. Throws `BuildError` for a syntax error. */
export function stripTypes(path: string, source: string): string {
  try {
    return transform(source, options).code;
  } catch (error) {
    const at = placeOf(error);
    if (!(error instanceof Error) || at === null) throw error;
    const reason = error.message.replace(/ \(\d+:\d+\)$/, '').replace(/^Error transforming [^:]*: /, '');
    throw errorAt({ path, source, ...at }, `SyntaxError: ${reason}`);
  }
}

/** Where a place of the stripped code stands in the user's own source. Only for errors: it strips once more. */
export function originalPlace(place: SourcePlace): SourcePlace {
  const { sourceMap } = transform(place.source, {
    ...options,
    filePath: place.path,
    sourceMapOptions: { compiledFilename: place.path },
  });
  if (sourceMap === undefined) return place;
  const { line, column } = originalPositionFor(new TraceMap(JSON.stringify(sourceMap)), place);
  return line === null || column === null ? { ...place, column: 0 } : { ...place, line, column };
}

function placeOf(error: unknown): { line: number; column: number } | null {
  if (typeof error !== 'object' || error === null || !('loc' in error)) return null;
  const { loc } = error;
  if (typeof loc !== 'object' || loc === null || !('line' in loc) || !('column' in loc)) return null;
  const { line, column } = loc;
  return typeof line === 'number' && typeof column === 'number' ? { line, column: column - 1 } : null;
}
