/**
 * Rewrites an input so that it runs at the top level of a session.
 *
 * Bindings stay what they are: `let`, `const` and `class` with their dead zones and their constness. What is rewritten:
 * static imports (a script has none) and assignments to constants (QuickJS words that error in its own way). A name that
 * an earlier input bound to a function or variable which cannot be removed becomes a `var`.
 */

import type { ImportDeclaration, Program } from 'acorn';
import { findConstantAssignments, freeAssignedNames } from './constant-assignments.ts';
import { applyEdits, type Edit } from './edits.ts';
import {
  type InputLanguage,
  InputSyntaxError,
  isPlain,
  type ParsedInput,
  parseInput,
  withinStack,
} from './parse-input.ts';
import type { InputNames, ScopeAnswer } from './scope/scope.ts';
import { declaredNames, patternNames } from './top-level-names.ts';

export interface PreparedInput {
  /** What the scope must make room for before `finish`. */
  readonly names: InputNames;
  /** The script to evaluate, given what the scope answered. */
  finish(answer: ScopeAnswer): string;
}

const NO_NAMES: InputNames = { lexical: [], constant: [], variable: [], assigned: [] };

/** Throws `InputSyntaxError`, but not for plain code: see `isPlain`. */
export function prepareInput(code: string, language: InputLanguage): PreparedInput {
  if (isPlain(code, language)) return { names: NO_NAMES, finish: () => code };
  const parsed = parseInput(code, language);
  refuseExports(parsed, code);
  return withinStack(code, () => {
    const names = { ...declaredNames(parsed.tree), assigned: freeAssignedNames(parsed.tree) };
    return { names, finish: (answer) => withinStack(code, () => rewrite(parsed, names, answer)) };
  });
}

function refuseExports({ tree, source }: ParsedInput, code: string): void {
  for (const statement of tree.body) {
    if (!statement.type.startsWith('Export')) continue;
    const position = source === code ? statement.start : 0;
    throw new InputSyntaxError("'export' has no meaning in an input: nothing can import it", code, position);
  }
}

function rewrite({ source, tree }: ParsedInput, names: InputNames, answer: ScopeAnswer): string {
  const constants = new Set([...answer.constant, ...names.constant.filter((name) => !answer.fixed.includes(name))]);
  const edits = [
    ...declarationEdits(tree, source, new Set(answer.fixed)),
    ...(names.assigned.length > 0 ? findConstantAssignments(tree, constants) : []),
  ];
  return applyEdits(source, edits);
}

function declarationEdits(tree: Program, source: string, fixed: ReadonlySet<string>): Edit[] {
  const edits: Edit[] = [];
  for (const node of tree.body) {
    if (node.type === 'ImportDeclaration') {
      edits.push({ start: node.start, end: node.end, text: rewriteImport(node, source, fixed) });
    } else if (fixed.size === 0) {
    } else if (node.type === 'VariableDeclaration' && (node.kind === 'let' || node.kind === 'const')) {
      const declares = node.declarations.flatMap(({ id }) => patternNames(id));
      if (!declares.some((name) => fixed.has(name))) continue;
      edits.push({ start: node.start, end: node.start + node.kind.length, text: 'var' });
    } else if (node.type === 'ClassDeclaration' && fixed.has(node.id.name)) {
      edits.push({ start: node.start, end: node.start, text: `var ${node.id.name} = ` });
      edits.push({ start: node.end, end: node.end, text: ';' });
    }
  }
  return edits;
}

/** `import a, { b as c } from 'd'` as declarations on a dynamic import, with as many lines as before. */
function rewriteImport(node: ImportDeclaration, source: string, fixed: ReadonlySet<string>): string {
  const lines = '\n'.repeat(source.slice(node.start, node.end).split('\n').length - 1);
  const specifier = source.slice(node.source.start, node.source.end);
  const loaded = `await import(${specifier}${importOptions(node, source)})`;
  const named: string[] = [];
  const wanted: string[] = [];
  let namespace: string | null = null;
  for (const part of node.specifiers) {
    if (part.type === 'ImportNamespaceSpecifier') {
      namespace = part.local.name;
      continue;
    }
    const imported = part.type === 'ImportDefaultSpecifier' ? 'default' : exportName(part.imported);
    wanted.push(JSON.stringify(imported));
    named.push(`${JSON.stringify(imported)}: ${part.local.name}`);
  }
  if (node.specifiers.length === 0) return `${loaded};void 0;${lines}`;
  const keyword = declaresAny(node, fixed) ? 'var' : 'const';
  if (namespace && named.length === 0) return `${keyword} ${namespace} = ${loaded};${lines}`;
  const checked = `((module) => { for (const name of [${wanted.join(', ')}]) if (!(name in module)) throw new SyntaxError(${missing(node)}); return module; })(${loaded})`;
  return namespace
    ? `${keyword} ${namespace} = ${checked}, { ${named.join(', ')} } = ${namespace};${lines}`
    : `${keyword} { ${named.join(', ')} } = ${checked};${lines}`;
}

function missing(node: ImportDeclaration): string {
  const start = JSON.stringify(
    `The requested module '${String(node.source.value)}' does not provide an export named '`,
  );
  return `${start} + name + "'"`;
}

function importOptions(node: ImportDeclaration, source: string): string {
  const attributes = node.attributes ?? [];
  if (attributes.length === 0) return '';
  return `, { with: { ${attributes.map(({ start, end }) => source.slice(start, end)).join(', ')} } }`;
}

function exportName(name: { type: 'Identifier'; name: string } | { type: 'Literal'; value?: unknown }): string {
  return name.type === 'Identifier' ? name.name : String(name.value);
}

function declaresAny(node: ImportDeclaration, names: ReadonlySet<string>): boolean {
  return node.specifiers.some(({ local }) => names.has(local.name));
}
