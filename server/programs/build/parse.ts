/** Parses a source file and decides, as Node does, whether it is an ES module or CommonJS. */

import { type Comment, type Options, type Program, parse } from 'acorn';
import { full } from 'acorn-walk';
import { errorAt } from './build-error.ts';
import { type Columns, sourceColumn } from './columns.ts';
import type { PackageType } from './sources.ts';
import { stripTypes } from './typescript.ts';

export type ModuleFormat = 'esm' | 'cjs';

export interface ParsedSource {
  readonly path: string;
  /** As the user wrote it. */
  readonly source: string;
  /** JavaScript: the source without its types and with the hashbang as a comment. */
  readonly code: string;
  readonly columns: Columns;
  readonly format: ModuleFormat;
  readonly tree: Program;
  readonly comments: readonly Comment[];
}

interface Parsed {
  readonly format: ModuleFormat;
  readonly tree: Program;
  readonly comments: readonly Comment[];
}

/** `type`: what package.json says. Throws `BuildError` for a syntax error, placed in the user's own source. */
export function parseSource(path: string, source: string, type: PackageType | null): ParsedSource {
  const stripped = /\.[mc]?ts$/.test(path) ? stripTypes(path, source) : { code: source, columns: {} };
  const code = stripped.code.replace(/^#!/, '//');
  const { columns } = stripped;
  try {
    return { path, source, code, columns, ...parseCode(path, code, type) };
  } catch (error) {
    if (!isAcornError(error)) throw error;
    const { line, column } = error.loc;
    const reason = error.message.replace(/ \(\d+:\d+\)$/, '');
    throw errorAt({ path, source, line, column: sourceColumn(columns, line, column) }, `SyntaxError: ${reason}`);
  }
}

function parseCode(path: string, code: string, type: PackageType | null): Parsed {
  if (/\.m[jt]s$/.test(path) || type === 'module') return parseAs('esm', code);
  if (/\.c[jt]s$/.test(path) || type === 'commonjs') return parseAs('cjs', code);
  const script = attempt(() => parseAs('cjs', code));
  if ('parsed' in script) return script.parsed;
  const module = attempt(() => parseAs('esm', code));
  if ('parsed' in module) return module.parsed;
  // Neither will do: the reading that got further is the one that was meant.
  throw positionOf(module.error) >= positionOf(script.error) ? module.error : script.error;
}

function attempt(work: () => Parsed): { readonly parsed: Parsed } | { readonly error: unknown } {
  try {
    return { parsed: work() };
  } catch (error) {
    return { error };
  }
}

function parseAs(format: ModuleFormat, code: string): Parsed {
  const comments: Comment[] = [];
  const options: Options = {
    ecmaVersion: 'latest',
    sourceType: format === 'esm' ? 'module' : 'commonjs',
    locations: true,
    onComment: comments,
  };
  const tree = parse(code, options);
  if (format === 'cjs') refuseImportMeta(tree);
  return { format, tree, comments };
}

/** `import.meta` marks an ES module; a parser of scripts may let it pass. */
function refuseImportMeta(tree: Program): void {
  full(tree, (node) => {
    if (node.type !== 'MetaProperty' || node.meta.name !== 'import') return;
    const error = new SyntaxError("Cannot use 'import.meta' outside a module");
    throw Object.assign(error, { loc: node.loc?.start, pos: node.start });
  });
}

interface AcornError extends SyntaxError {
  readonly pos: number;
  readonly loc: { readonly line: number; readonly column: number };
}

function isAcornError(error: unknown): error is AcornError {
  return error instanceof SyntaxError && 'pos' in error && 'loc' in error;
}

function positionOf(error: unknown): number {
  return isAcornError(error) ? error.pos : -1;
}
