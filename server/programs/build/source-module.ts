/** One file of a program as a module: code with imports to be resolved, or data. */

import type { Program } from 'acorn';
import type { BuiltModule } from './build.ts';
import { BuildError, errorAt } from './build-error.ts';
import type { Columns } from './columns.ts';
import { applyEdits, type Edit } from './edits.ts';
import { exportedNames } from './exports.ts';
import { findImports, type ImportReference, unresolved } from './imports.ts';
import { type ModuleFormat, type ParsedSource, parseSource } from './parse.ts';
import type { FoundSource } from './sources.ts';
import { wrapEntry } from './wrap.ts';

export interface CodeModule {
  readonly format: ModuleFormat;
  readonly imports: readonly ImportReference[];
  /** The names that it exports in statements of its own, without `default`. */
  readonly exports: readonly string[];
  /** As its author wrote it. */
  readonly text: string;
  readonly tree: Program;
  /** The error for an import that leads nowhere, shown where it stands. */
  fail(start: number, reason: string): Error;
  /** The module, its imports replaced by `edits`. */
  finish(edits: readonly Edit[], isEntry: boolean): { readonly module: BuiltModule; readonly columns: Columns };
}

const home = '/home/user/';

/** Throws `BuildError` for what cannot be read as what its name says. */
export function sourceModule({ path, bytes, type }: FoundSource): CodeModule | { readonly module: BuiltModule } {
  if (path.endsWith('.wasm')) return { module: { wasm: bytes.slice().buffer } };
  const isCode = /\.[mc]?[jt]s$/.test(path);
  if (!isCode && !/\.(json|txt)$/.test(path)) {
    throw new BuildError(`${path} cannot be imported: programs import .js, .ts, .json, .txt and .wasm files.`);
  }
  const text = decode(path, bytes);
  if (isCode) return codeModule(parseSource(path, text, type));
  return { module: path.endsWith('.txt') ? { text } : { json: parseJson(path, text) } };
}

function codeModule(parsed: ParsedSource): CodeModule {
  const { format, source } = parsed;
  const imports = findImports(parsed);
  return {
    format,
    imports,
    exports: exportedNames(parsed),
    text: source,
    tree: parsed.tree,
    fail(start, reason) {
      const reference = imports.find((each) => each.start === start);
      return reference === undefined ? new BuildError(reason) : unresolved(parsed, reference, reason);
    },
    finish(edits, isEntry) {
      const identity = identityOf(parsed, isEntry);
      const { code, indent } = isEntry
        ? wrapEntry(parsed, edits, identity)
        : { code: identity + applyEdits(parsed.code, edits), indent: identity.length };
      return { module: format === 'esm' ? { js: code } : { cjs: code }, columns: moved(parsed.columns, indent) };
    },
  };
}

/** Statements that tell a module where it is, if it asks: the runtime does not know that it lies in `/home/user`. */
function identityOf({ path, code, format, tree }: ParsedSource, isEntry: boolean): string {
  const filename = JSON.stringify(home + path);
  const dirname = JSON.stringify((home + path).replace(/\/[^/]*$/, ''));
  if (format === 'esm') {
    if (!/\bimport\s*\.\s*meta\b/.test(code)) return '';
    const url = JSON.stringify(`file://${home}${path.split('/').map(encodeURIComponent).join('/')}`);
    return `Object.assign(import.meta, { url: ${url}, filename: ${filename}, dirname: ${dirname}, main: ${isEntry} });`;
  }
  if (isEntry || !/\b__(file|dir)name\b/.test(code)) return '';
  const first = tree.body[0];
  const directive = first !== undefined && 'directive' in first ? `'${first.directive}';` : '';
  return `${directive}__filename = ${filename}; __dirname = ${dirname};`;
}

/** The columns of a source whose first line moved to the right. */
function moved(columns: Columns, indent: number): Columns {
  if (indent === 0) return columns;
  const rest = (columns[1] ?? []).map(([built, source]): [number, number] => [built + indent, source]);
  return { ...columns, 1: [[indent, 0], ...rest] };
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new BuildError(`${path} is not UTF-8 text.`);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = Number(/at position (\d+)/.exec(reason)?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    const place = { path, source: text, line: before.length, column: before.at(-1)?.length ?? 0 };
    throw errorAt(place, `SyntaxError: ${reason}`);
  }
}
