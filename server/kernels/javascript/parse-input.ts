/** An input as a syntax tree. Types are stripped first; every line keeps its number. */

import { type Options, type Program, parse } from 'acorn';
import { transform as stripTypes } from 'sucrase';

export type InputLanguage = 'js' | 'ts';

export interface ParsedInput {
  /** JavaScript with the lines of the input. */
  readonly source: string;
  readonly tree: Program;
}

/** `line` counts from 1, `column` from 0, both in the code that the user wrote. */
export class InputSyntaxError extends Error {
  override readonly name = 'SyntaxError';
  readonly line: number;
  readonly column: number;
  /** More code could make it right. */
  readonly isIncomplete: boolean;
  constructor(message: string, code: string, position: number, isIncomplete = false) {
    super(message);
    const before = code.slice(0, position).split('\n');
    this.line = before.length;
    this.column = before.at(-1)?.length ?? 0;
    this.isIncomplete = isIncomplete;
  }
}

const OPTIONS: Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowHashBang: true,
};

const UNTERMINATED = /^Unterminated (template|comment)|^Unexpectedly reached the end/;
/** A string goes on in the next line after a backslash. */
const CONTINUED_STRING = /\\\r?\n?$/;
const NAMESPACE = /(?<=^|[\n;}])[ \t]*(?:export[ \t]+)?(?:namespace|module)[ \t]+[\w$.]+[ \t]*\{/;

/** Throws `InputSyntaxError`. */
export function parseInput(code: string, language: InputLanguage): ParsedInput {
  const source = language === 'ts' ? strip(code) : code;
  const asExpression = parseObjectLiteral(source);
  if (asExpression) return asExpression;
  try {
    return { source, tree: parse(source, OPTIONS) };
  } catch (error) {
    throw explain(error, source, code);
  }
}

/** The code without its types. Throws `InputSyntaxError`. */
export function strip(code: string): string {
  const namespace = NAMESPACE.exec(code);
  if (namespace) {
    throw new InputSyntaxError(
      'Namespaces are not supported: use an object or a file of its own',
      code,
      namespace.index,
    );
  }
  try {
    return stripTypes(code, { transforms: ['typescript'], disableESTransforms: true, keepUnusedImports: true }).code;
  } catch (error) {
    throw explain(error, code, code);
  }
}

/** `{a: 1}` alone is an object and no block, as in every REPL. */
function parseObjectLiteral(source: string): ParsedInput | null {
  if (!/^\s*\{/.test(source) || /;\s*$/.test(source)) return null;
  const wrapped = `(${source}\n)`;
  try {
    return { source: wrapped, tree: parse(wrapped, OPTIONS) };
  } catch {
    return null;
  }
}

/** An error of acorn or sucrase about `source`, as one about the user's `code`, in the words of V8. */
function explain(error: unknown, source: string, code: string): InputSyntaxError {
  const { message, pos, raisedAt } = readParserError(error);
  const plain = message.replace(/ \(\d+:\d+\)$/, '');
  const isAtEnd = pos >= source.trimEnd().length;
  const isIncomplete =
    (plain.startsWith('Unexpected token') && isAtEnd) ||
    UNTERMINATED.test(plain) ||
    (plain.startsWith('Unterminated string') && CONTINUED_STRING.test(source));
  const position = source === code ? pos : positionInOriginal(source, code, pos);
  return new InputSyntaxError(inWordsOfV8(plain, source, pos, raisedAt), code, position, isIncomplete);
}

function readParserError(error: unknown): { message: string; pos: number; raisedAt: number | null } {
  if (!(error instanceof Error) || !('pos' in error) || typeof error.pos !== 'number') throw error;
  const raisedAt = 'raisedAt' in error && typeof error.raisedAt === 'number' ? error.raisedAt : null;
  return { message: error.message, pos: error.pos, raisedAt };
}

function inWordsOfV8(message: string, source: string, pos: number, raisedAt: number | null): string {
  if (message.startsWith('Unterminated string')) return 'Invalid or unexpected token';
  if (message.startsWith('Unterminated template')) return 'Unterminated template literal';
  if (message.startsWith('Unterminated regular')) return 'Invalid regular expression: missing /';
  if (message === "'return' outside of function") return 'Illegal return statement';
  if (message === 'Assigning to rvalue') return 'Invalid left-hand side in assignment';
  if (!message.startsWith('Unexpected')) return message;
  if (pos >= source.trimEnd().length) return 'Unexpected end of input';
  const token = source.slice(pos, raisedAt ?? pos).trim() || (/^(\w+|.)/.exec(source.slice(pos))?.[0] ?? '');
  if (/^["'`]/.test(token)) return 'Unexpected string';
  if (/^\d/.test(token)) return 'Unexpected number';
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(token) && !isReserved(token)
    ? `Unexpected identifier '${token}'`
    : `Unexpected token '${token}'`;
}

function isReserved(word: string): boolean {
  try {
    parse(`var ${word}`, { ecmaVersion: 'latest', sourceType: 'script' });
    return false;
  } catch {
    return true;
  }
}

/**
 * Where a position of the stripped source is in the code. Stripping deletes text within lines, so that what is left of a
 * line is found in the original line character by character.
 */
function positionInOriginal(source: string, code: string, position: number): number {
  const line = source.slice(0, position).split('\n').length - 1;
  const lineStart = source.lastIndexOf('\n', position - 1) + 1;
  const stripped = source.slice(lineStart, position + 1);
  const original = code.split('\n');
  const before = original.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
  const text = original[line] ?? '';
  let column = -1;
  for (const character of stripped) {
    const found = text.indexOf(character, column + 1);
    if (found === -1) break;
    column = found;
  }
  return position >= source.length ? code.length : before + Math.max(0, column);
}
