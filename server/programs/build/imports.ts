/** Finds what a module imports. */

import type { AnyNode, Expression, ImportAttribute, SpreadElement } from 'acorn';
import { full } from 'acorn-walk';
import { errorAt } from './build-error.ts';
import { sourceColumn } from './columns.ts';
import type { ParsedSource } from './parse.ts';

export interface ImportReference {
  readonly specifier: string;
  /** The string literal, quotes included, in `code`; and import attributes, which the runtime does not take. */
  readonly start: number;
  readonly end: number;
  /** Evaluated only when the program gets there, as `import()` and `require()` are. */
  readonly isLate: boolean;
  readonly isRequire: boolean;
}

type How = Pick<ImportReference, 'isLate' | 'isRequire'>;

/** Static imports, re-exports, `import('…')` and, in CommonJS, `require('…')`, as far as they are literal. */
export function findImports(parsed: ParsedSource): ImportReference[] {
  const found: ImportReference[] = [];
  const add = (source: Expression | SpreadElement | null | undefined, how: How, last?: AnyNode): void => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    found.push({ specifier: source.value, start: source.start, end: last?.end ?? source.end, ...how });
  };
  full(parsed.tree, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node.source, { isLate: false, isRequire: false });
        if (node.source != null && node.attributes.length > 0) withAttributes(parsed, node.attributes, found);
        break;
      case 'ImportExpression':
        add(node.source, { isLate: true, isRequire: false }, node.options ?? undefined);
        break;
      case 'CallExpression':
        if (parsed.format === 'cjs' && isRequire(node.callee))
          add(node.arguments[0], { isLate: true, isRequire: true });
    }
  });
  return found;
}

/** Lets the last reference reach to the end of its `with { … }`. */
function withAttributes(parsed: ParsedSource, attributes: readonly ImportAttribute[], found: ImportReference[]): void {
  const reference = found.pop();
  const last = attributes.at(-1)?.end;
  if (reference === undefined || last === undefined) return;
  found.push({ ...reference, end: parsed.code.indexOf('}', last) + 1 });
}

function isRequire(callee: AnyNode): boolean {
  return callee.type === 'Identifier' && callee.name === 'require';
}

/** The error of an import that leads nowhere, shown where it stands. */
export function unresolved(parsed: ParsedSource, reference: ImportReference, reason: string): Error {
  const before = parsed.code.slice(0, reference.start).split('\n');
  const line = before.length;
  const column = sourceColumn(parsed.columns, line, before.at(-1)?.length ?? 0);
  return errorAt({ path: parsed.path, source: parsed.source, line, column }, `Error: ${reason}`);
}
