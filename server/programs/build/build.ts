/** Turns the files of a program into modules that the Worker Loader takes. Pure: no clock, no I/O. */

import type { SourceFile } from '../program.ts';
import { BuildError } from './build-error.ts';
import type { Columns } from './columns.ts';
import type { Edit } from './edits.ts';
import { applyEdits } from './edits.ts';
import { findImports, resolveImport } from './imports.ts';
import { type ModuleFormat, type ParsedSource, parseSource } from './parse.ts';
import { wrapEntry } from './wrap.ts';

export interface BuiltProgram {
  /** How the entry is called: see `wrapEntry`. */
  readonly format: ModuleFormat;
  /** Columns by which the first line of the entry moved to the right. */
  readonly indent: number;
  /** Of each module that was TypeScript, by its path. */
  readonly columns: ReadonlyMap<string, Columns>;
  /** Module names are the source paths, so that stack traces show the user's own. */
  readonly modules: Readonly<Record<string, { js: string } | { cjs: string }>>;
}

/** Builds `entry` and what it imports, directly or not. Throws `BuildError`. */
export function buildProgram(entry: string, sources: readonly SourceFile[]): BuiltProgram {
  const texts = new Map(sources.map((source) => [source.path, source.bytes]));
  const paths = new Set(texts.keys());
  const modules: Record<string, { js: string } | { cjs: string }> = Object.create(null);
  const columns = new Map<string, Columns>();
  const queue = [entry];
  let head: Pick<BuiltProgram, 'format' | 'indent'> = { format: 'esm', indent: 0 };
  for (const path of queue) {
    const parsed = parseSource(path, readSource(path, texts));
    const edits = resolveAll(parsed, paths, (target) => {
      if (!queue.includes(target)) queue.push(target);
    });
    let code = applyEdits(parsed.code, edits);
    if (path === entry) {
      const wrapped = wrapEntry(parsed, edits);
      code = wrapped.code;
      head = { format: parsed.format, indent: wrapped.indent };
    }
    if (Object.keys(parsed.columns).length > 0) columns.set(path, parsed.columns);
    modules[path] = parsed.format === 'esm' ? { js: code } : { cjs: code };
  }
  return { ...head, columns, modules };
}

function readSource(path: string, texts: ReadonlyMap<string, Uint8Array>): string {
  const bytes = texts.get(path);
  if (bytes === undefined) throw new BuildError(`${path} is not among the files of the program.`);
  if (!/\.[mc]?[jt]s$/.test(path)) {
    throw new BuildError(`${path} cannot run as a program: its name must end in .js, .mjs, .cjs, .ts, .mts or .cts.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new BuildError(`${path} is not UTF-8 text.`);
  }
}

/** Points each relative import at the module that it names, whatever the author left out of the path. */
function resolveAll(parsed: ParsedSource, paths: ReadonlySet<string>, onImport: (path: string) => void): Edit[] {
  const edits: Edit[] = [];
  for (const reference of findImports(parsed)) {
    const target = resolveImport(parsed, reference, paths);
    if (target === null) continue;
    onImport(target);
    edits.push({ start: reference.start, end: reference.end, text: JSON.stringify(`/${target}`) });
  }
  return edits;
}
