/** The imports of a module: where their specifiers stand, and what they name among a program's sources. */

import type { AnyNode, Expression, SpreadElement } from 'acorn';
import { full } from 'acorn-walk';
import { errorAt } from './build-error.ts';
import { sourceColumn } from './columns.ts';
import type { ParsedSource } from './parse.ts';

export interface ImportReference {
  readonly specifier: string;
  /** The string literal, quotes included, in `code`. */
  readonly start: number;
  readonly end: number;
}

/** Static imports, re-exports, `import('…')` and, in CommonJS, `require('…')`, as far as they are literal. */
export function findImports(parsed: ParsedSource): ImportReference[] {
  const found: ImportReference[] = [];
  const add = (node: Expression | SpreadElement | null | undefined): void => {
    if (node?.type === 'Literal' && typeof node.value === 'string') {
      found.push({ specifier: node.value, start: node.start, end: node.end });
    }
  };
  full(parsed.tree, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
        add(node.source);
        break;
      case 'CallExpression':
        if (parsed.format === 'cjs' && isRequire(node.callee)) add(node.arguments[0]);
    }
  });
  return found;
}

function isRequire(callee: AnyNode): boolean {
  return callee.type === 'Identifier' && callee.name === 'require';
}

/** The source path that a reference names, or null for a built-in module, which the runtime resolves. */
export function resolveImport(
  parsed: ParsedSource,
  reference: ImportReference,
  paths: ReadonlySet<string>,
): string | null {
  const { specifier } = reference;
  if (!/^\.{0,2}\//.test(specifier) && specifier !== '.' && specifier !== '..') {
    if (isBuiltin(specifier)) return null;
    throw missing(
      parsed,
      reference,
      `Cannot find package '${specifier}': programs have node: modules and their own files`,
    );
  }
  const base = specifier.startsWith('/') ? specifier.slice(1) : join(parsed.path, specifier);
  const path = base === null ? undefined : candidates(base).find((candidate) => paths.has(candidate));
  if (path === undefined) throw missing(parsed, reference, `Cannot find module '${specifier}'`);
  return path;
}

function missing(parsed: ParsedSource, reference: ImportReference, reason: string) {
  const before = parsed.code.slice(0, reference.start).split('\n');
  const line = before.length;
  const column = sourceColumn(parsed.columns, line, before.at(-1)?.length ?? 0);
  return errorAt({ path: parsed.path, source: parsed.source, line, column }, `Error: ${reason}`);
}

/** The specifier relative to the directory of `from`; null when it leaves the package root. */
function join(from: string, specifier: string): string | null {
  const segments = from.split('/').slice(0, -1);
  for (const segment of specifier.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  return segments.join('/');
}

/** As written; TypeScript's habit of naming the output (`./a.js` for a.ts); without extension; a directory. */
function candidates(path: string): string[] {
  const typed = path.replace(/\.([mc]?)js$/, '.$1ts');
  const extensions = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs'];
  const prefix = path === '' ? '' : `${path}/`;
  return [path, typed, ...extensions.map((e) => path + e), ...extensions.map((e) => `${prefix}index${e}`)];
}

const builtins = new Set(
  (
    'assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns ' +
    'dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path path/posix ' +
    'path/win32 perf_hooks process punycode querystring readline readline/promises repl stream stream/consumers ' +
    'stream/promises stream/web string_decoder sys timers timers/promises tls trace_events tty url util util/types v8 vm ' +
    'wasi worker_threads zlib'
  ).split(' '),
);

function isBuiltin(specifier: string): boolean {
  return /^(node|cloudflare):/.test(specifier) || builtins.has(specifier);
}
