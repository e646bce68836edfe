/** Strips the types of TypeScript. Lines stay where they are; columns may move. */

import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { type Options, transform } from 'sucrase';
import { NO_NAMESPACES, valueNamespace } from '../../kernels/javascript/namespaces.ts';
import { errorAt } from './build-error.ts';
import type { Columns } from './columns.ts';

const options: Options = {
  transforms: ['typescript'],
  disableESTransforms: true,
  // As Node does it: an import that is not marked `import type` is kept and runs.
  keepUnusedImports: true,
};

export interface Stripped {
  /** JavaScript with the same line breaks. */
  readonly code: string;
  readonly columns: Columns;
}

/** Throws `BuildError` for a syntax error. */
export function stripTypes(path: string, source: string): Stripped {
  const stripped = transformed(path, source);
  const namespace = valueNamespace(source, (text) => transformed(path, text).code);
  if (namespace === null) return stripped;
  const before = source.slice(0, namespace).split('\n');
  const place = { path, source, line: before.length, column: before.at(-1)?.length ?? 0 };
  throw errorAt(place, `SyntaxError: ${NO_NAMESPACES}`);
}

function transformed(path: string, source: string): Stripped {
  try {
    const { code, sourceMap } = transform(source, {
      ...options,
      filePath: path,
      sourceMapOptions: { compiledFilename: path },
    });
    return { code, columns: sourceMap === undefined ? {} : movedColumns(new TraceMap(JSON.stringify(sourceMap))) };
  } catch (error) {
    const at = placeOf(error);
    if (!(error instanceof Error) || at === null) throw error;
    const reason = error.message.replace(/ \(\d+:\d+\)$/, '').replace(/^Error transforming [^:]*: /, '');
    throw errorAt({ path, source, ...at }, `SyntaxError: ${reason}`);
  }
}

function movedColumns(map: TraceMap): Columns {
  const columns: Record<number, [number, number][]> = {};
  for (const [index, segments] of decodedMappings(map).entries()) {
    const moves: [number, number][] = [];
    let shift = 0;
    for (const [column, , , original] of segments) {
      if (original === undefined || original - column === shift) continue;
      shift = original - column;
      moves.push([column, original]);
    }
    if (moves.length > 0) columns[index + 1] = moves;
  }
  return columns;
}

function placeOf(error: unknown): { line: number; column: number } | null {
  if (typeof error !== 'object' || error === null || !('loc' in error)) return null;
  const { loc } = error;
  if (typeof loc !== 'object' || loc === null || !('line' in loc) || !('column' in loc)) return null;
  const { line, column } = loc;
  return typeof line === 'number' && typeof column === 'number' ? { line, column: column - 1 } : null;
}
