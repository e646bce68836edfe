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
 * ES module: default-exports an async function that runs the body and calls its one parameter with what the module itself
 * default-exports, if it does; its imports stay static. CommonJS: exports `[require, body]`, where body is the function
 * that Node would make of it.
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
  const take = unusedName(code);
  /** What is default-exported by its name. */
  let exported: string | null = null;
  for (const statement of parsed.tree.body) {
    if (isImport(statement)) {
      const passedOn = isExport(statement) ? nameOfDefault(statement) : null;
      imports.push(importText(parsed, statement, edits, passedOn && `import { ${passedOn} as ${take}x } from `));
      if (passedOn !== null) exported = `${take}x`;
      own.push({ ...rangeOf(statement), text: lineBreaks(code.slice(statement.start, statement.end)) });
    } else if (isExport(statement)) {
      own.push(withoutExport(code, statement));
      exported = nameOfDefault(statement) ?? exported;
    } else if (statement.type === 'ExportDefaultDeclaration') {
      own.push(...withoutExportDefault(code, statement, take));
      const { declaration } = statement;
      if (isDeclaration(declaration)) exported = declaration.id?.name ?? exported;
    }
  }
  const moved = own.filter((edit) => edit.text.trim() === '');
  const inPlace = edits.filter((edit) => !moved.some((range) => range.start <= edit.start && edit.end <= range.end));
  const prefix = `${imports.join('')}export default async (${take}) => {${first}`;
  const last = exported === null ? '' : `${take}(${exported});`;
  return { code: `${prefix}${applyEdits(code, [...own, ...inPlace])}\n${last}};`, indent: prefix.length };
}

/** A name so short that calling it takes no more room than `export default`, and that the code does not have. */
function unusedName(code: string): string {
  for (let number = 0; ; number++) {
    const name = `$${number.toString(36)}`;
    if (!code.includes(name)) return name;
  }
}

/** The binding that `export { it as default }` names. */
function nameOfDefault({ specifiers }: ExportNamedDeclaration): string | null {
  const found = specifiers.find(({ exported }) => 'name' in exported && exported.name === 'default')?.local;
  return found !== undefined && 'name' in found ? found.name : null;
}

type TopLevel = Statement | ModuleDeclaration;

/** Import declarations and re-exports: nobody imports the entry, but what it re-exports still has to run. */
function isImport(statement: TopLevel): boolean {
  if (statement.type === 'ImportDeclaration' || statement.type === 'ExportAllDeclaration') return true;
  return statement.type === 'ExportNamedDeclaration' && statement.source != null;
}

function isExport(statement: TopLevel): statement is ExportNamedDeclaration {
  return statement.type === 'ExportNamedDeclaration';
}

/** The declaration on one line: without comments and line breaks, its specifier edited, and `head` before that. */
function importText(parsed: ParsedSource, statement: TopLevel, edits: readonly Edit[], head: string | null): string {
  const source = 'source' in statement ? (statement.source?.start ?? statement.start) : statement.start;
  const start = head === null ? statement.start : source;
  const inside = (range: Edit): boolean => start <= range.start && range.end <= statement.end;
  const comments = parsed.comments.map(({ start, end }) => ({ start, end, text: ' ' })).filter(inside);
  const replaced = head === null ? [] : [{ start: statement.start, end: source, text: head }];
  const shifted = [...replaced, ...comments, ...edits.filter(inside)].map((edit) => ({
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

/** A value is passed to `take`; a declaration with a name stays one. */
function withoutExportDefault(code: string, statement: ExportDefaultDeclaration, take: string): Edit[] {
  const { declaration } = statement;
  const text = `;${blank(code.slice(statement.start + 1, declaration.start))}`;
  const start = { start: statement.start, end: declaration.start };
  if (isDeclaration(declaration) && declaration.id !== null) return [{ ...start, text }];
  return [
    { ...start, text: `;${take}(${text.slice(2 + take.length)}` },
    { start: declaration.end, end: declaration.end, text: ')' },
  ];
}

function isDeclaration(
  declaration: ExportDefaultDeclaration['declaration'],
): declaration is Extract<typeof declaration, { type: 'FunctionDeclaration' | 'ClassDeclaration' }> {
  return declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
}

function rangeOf({ start, end }: { start: number; end: number }): { start: number; end: number } {
  return { start, end };
}
