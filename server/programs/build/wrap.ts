/**
 * Makes the entry of a program callable. The runtime evaluates module bodies outside any request, where timers,
 * random numbers and the network are refused; so the body becomes a function that is called inside one.
 * Every statement stays in its place, but for the first line, which moves to the right.
 */

import type { ExportDefaultDeclaration, ExportNamedDeclaration, ModuleDeclaration, Statement } from 'acorn';
import { applyEdits, blank, type Edit, lineBreaks } from './edits.ts';
import type { ParsedSource } from './parse.ts';

export interface WrappedEntry {
  readonly code: string;
  /** Columns by which the first line moved to the right. */
  readonly indent: number;
}

/**
 * ES module: default-exports an async function that runs the body; its imports stay static. CommonJS: exports
 * `[require, body]`, where body is the function that Node would make of it.
 * `edits` are applied to the code on the way; they may lie inside import declarations. `first` goes before the body of
 * an ES module, on its first line.
 */
export function wrapEntry(parsed: ParsedSource, edits: readonly Edit[], first: string): WrappedEntry {
  return parsed.format === 'esm' ? wrapModule(parsed, edits, first) : wrapScript(parsed, edits);
}

function wrapScript(parsed: ParsedSource, edits: readonly Edit[]): WrappedEntry {
  const parameters = 'exports, require, module, __filename, __dirname';
  const prefix = `module.exports = [(specifier) => require(specifier), function (${parameters}) {`;
  return { code: `${prefix}${applyEdits(parsed.code, edits)}\n}];`, indent: prefix.length };
}

function wrapModule(parsed: ParsedSource, edits: readonly Edit[], first: string): WrappedEntry {
  const { code } = parsed;
  const imports: string[] = [];
  const own: Edit[] = [];
  for (const statement of parsed.tree.body) {
    if (isImport(statement)) {
      imports.push(importText(parsed, statement, edits));
      own.push({ ...rangeOf(statement), text: lineBreaks(code.slice(statement.start, statement.end)) });
    } else if (statement.type === 'ExportNamedDeclaration') own.push(withoutExport(code, statement));
    else if (statement.type === 'ExportDefaultDeclaration') own.push(...withoutExportDefault(code, statement));
  }
  const moved = own.filter((edit) => edit.text.trim() === '');
  const inPlace = edits.filter((edit) => !moved.some((range) => range.start <= edit.start && edit.end <= range.end));
  const prefix = `${imports.join('')}export default async () => {${first}`;
  return { code: `${prefix}${applyEdits(code, [...own, ...inPlace])}\n};`, indent: prefix.length };
}

type TopLevel = Statement | ModuleDeclaration;

/** Import declarations and re-exports: nobody imports the entry, but what it re-exports still has to run. */
function isImport(statement: TopLevel): boolean {
  if (statement.type === 'ImportDeclaration' || statement.type === 'ExportAllDeclaration') return true;
  return statement.type === 'ExportNamedDeclaration' && statement.source != null;
}

/** The declaration on one line: without comments and line breaks, its specifier edited. */
function importText(parsed: ParsedSource, statement: TopLevel, edits: readonly Edit[]): string {
  const inside = (range: Edit): boolean => statement.start <= range.start && range.end <= statement.end;
  const comments = parsed.comments.map(({ start, end }) => ({ start, end, text: ' ' })).filter(inside);
  const shifted = [...comments, ...edits.filter(inside)].map((edit) => ({
    start: edit.start - statement.start,
    end: edit.end - statement.start,
    text: edit.text,
  }));
  const text = applyEdits(parsed.code.slice(statement.start, statement.end), shifted).replace(/[\r\n]+/g, ' ');
  return `${text.replace(/;?\s*$/, '')};`;
}

function withoutExport(code: string, statement: ExportNamedDeclaration): Edit {
  const end = statement.declaration?.start ?? statement.end;
  // `;` so that the statement before it, written without one, ends here as it did.
  return { start: statement.start, end, text: `;${blank(code.slice(statement.start + 1, end))}` };
}

function withoutExportDefault(code: string, statement: ExportDefaultDeclaration): Edit[] {
  const { declaration } = statement;
  const text = `;${blank(code.slice(statement.start + 1, declaration.start))}`;
  const start = { start: statement.start, end: declaration.start };
  const isDeclaration = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
  if (isDeclaration && declaration.id !== null) return [{ ...start, text }];
  return [
    { ...start, text: `${text.slice(0, -1)}(` },
    { start: declaration.end, end: declaration.end, text: ')' },
  ];
}

function rangeOf({ start, end }: { start: number; end: number }): { start: number; end: number } {
  return { start, end };
}
