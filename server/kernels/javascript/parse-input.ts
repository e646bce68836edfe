/** An input as a syntax tree. Types are stripped first; every line keeps its number. */

import { type Options, type Program, parse, tokenizer } from 'acorn';
import { transform as stripTypes } from 'sucrase';
import { NO_NAMESPACES, valueNamespace } from './namespaces.ts';
import { closing, openBrackets } from './open-brackets.ts';

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

const TOO_DEEP = 'The code is nested too deeply';

const OPTIONS: Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowHashBang: true,
};

const STRIPPING: Parameters<typeof stripTypes>[1] = {
  transforms: ['typescript'],
  disableESTransforms: true,
  keepUnusedImports: true,
};

/** Whatever TypeScript adds to JavaScript is written with one of these; classes are left to sucrase altogether. */
const MAY_HAVE_TYPES =
  /[:<!?@]|\b(?:abstract|accessor|as|asserts|class|declare|enum|export|global|implements|import|infer|interface|is|keyof|module|namespace|out|override|private|protected|public|readonly|satisfies|type|unique)\b/;

/** Whatever binds or assigns a name, imports or exports is written with one of these; so is what begins as a block. */
const MAY_BIND = /=|\+\+|--|^\s*[{#]|\b(?:class|const|enum|export|for|function|import|let|using|var)\b/;
/** Longer code may be nested too deeply for the interpreter's own parser. */
const SHORT = 1_000;

const UNTERMINATED = /^Unterminated (template|comment)|^Unexpectedly reached the end/;
/** A string goes on in the next line after a backslash. */
const CONTINUED_STRING = /\\\r?\n?$/;

/** Runs what walks a syntax tree: the stack may be too small for it, although it was not for the parser. */
export function withinStack<T>(code: string, walk: () => T): T {
  try {
    return walk();
  } catch (error) {
    if (error instanceof RangeError) throw new InputSyntaxError(TOO_DEEP, code, 0);
    throw error;
  }
}

/**
 * True for code in which no name is bound and nothing is to be rewritten: the interpreter may parse it by itself. It has
 * not been looked at otherwise; if it has an error, `parseInput` explains it.
 */
export function isPlain(code: string, language: InputLanguage): boolean {
  return code.length <= SHORT && !MAY_BIND.test(code) && (language === 'js' || !MAY_HAVE_TYPES.test(code));
}

/** Throws `InputSyntaxError`. */
export function parseInput(code: string, language: InputLanguage): ParsedInput {
  return (language === 'ts' ? parseWithoutTypes(code) : null) ?? parseWithTypes(code, language);
}

/** Most inputs have no types, and stripping costs more than parsing. Null when there may be some, or an error to explain. */
function parseWithoutTypes(code: string): ParsedInput | null {
  if (MAY_HAVE_TYPES.test(code)) return null;
  try {
    return parseObjectLiteral(code) ?? { source: code, tree: parse(code, OPTIONS) };
  } catch {
    return null;
  }
}

function parseWithTypes(code: string, language: InputLanguage): ParsedInput {
  const asExpression = parseObjectLiteral(code, language === 'ts' ? withoutTypes : undefined);
  if (asExpression) return asExpression;
  const source = language === 'ts' ? strip(code) : code;
  try {
    return { source, tree: parse(source, OPTIONS) };
  } catch (error) {
    throw explain(error, source, code);
  }
}

/** The code without its types. Throws `InputSyntaxError`. */
export function strip(code: string): string {
  let stripped: string;
  let namespace: number | null;
  try {
    stripped = withoutTypes(code);
    namespace = valueNamespace(code, withoutTypes);
  } catch (error) {
    throw explainStripping(error, code);
  }
  if (namespace !== null) throw new InputSyntaxError(NO_NAMESPACES, code, namespace);
  return stripped;
}

/** Throws as the parsers do: with the position. */
function withoutTypes(code: string): string {
  try {
    return stripTypes(code, STRIPPING).code;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError || 'pos' in error) throw error;
    // sucrase does not say where something is wrong if it sees it only at the end, after a decorator for instance.
    throw Object.assign(new SyntaxError('Unexpected end of input'), { pos: 0 });
  }
}

/**
 * sucrase goes back when something is wrong in an arrow function, and complains about the arrow. acorn knows the place
 * if no types come before it.
 */
function explainStripping(error: unknown, code: string): InputSyntaxError {
  const { pos } = readParserError(error);
  try {
    parse(code, OPTIONS);
  } catch (plainError) {
    if (readParserError(plainError).pos > pos) return explain(plainError, code, code);
  }
  const explained = explain(error, code, code);
  if (explained.isIncomplete || !isUnfinished(code)) return explained;
  return new InputSyntaxError('Unexpected end of input', code, code.length, true);
}

/** Whether sucrase is content up to the end of the code, once an operand is there and all brackets are closed. */
function isUnfinished(code: string): boolean {
  const closers = closing(openBrackets(code));
  return ['\n', '\n0'].some((operand) => {
    try {
      withoutTypes(code + operand + closers);
      return true;
    } catch (error) {
      return readParserError(error).pos >= code.trimEnd().length;
    }
  });
}

/** `{a: 1}` alone is an object and no block, as in every REPL; so is `{a: 1, b: 2}`, of which the parsers of a block complain. */
function parseObjectLiteral(code: string, prepare = (source: string) => source): ParsedInput | null {
  if (!/^\s*\{/.test(code) || /;\s*$/.test(code)) return null;
  try {
    const source = prepare(`(${code}\n)`);
    return { source, tree: parse(source, OPTIONS) };
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
  if (error instanceof RangeError) return { message: TOO_DEEP, pos: 0, raisedAt: null };
  if (!(error instanceof Error) || !('pos' in error) || typeof error.pos !== 'number') throw error;
  const raisedAt = 'raisedAt' in error && typeof error.raisedAt === 'number' ? error.raisedAt : null;
  return { message: error.message, pos: error.pos, raisedAt };
}

function inWordsOfV8(message: string, source: string, pos: number, raisedAt: number | null): string {
  if (message.startsWith('Not enough stack space')) return TOO_DEEP;
  if (message.startsWith('Unterminated string')) return 'Invalid or unexpected token';
  if (message.startsWith('Unterminated template')) return 'Unterminated template literal';
  if (message.startsWith('Unterminated regular')) return 'Invalid regular expression: missing /';
  if (message === "'return' outside of function") return 'Illegal return statement';
  if (message === 'Assigning to rvalue') return 'Invalid left-hand side in assignment';
  if (!message.startsWith('Unexpected')) return message;
  if (source[pos] === '@') return 'Decorators are not supported';
  if (pos >= source.trimEnd().length) return 'Unexpected end of input';
  const token = source.slice(pos, raisedAt ?? pos).trim() || firstToken(source.slice(pos));
  if (/^["'`]/.test(token)) return 'Unexpected string';
  if (/^\d/.test(token)) return 'Unexpected number';
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(token) && !isReserved(token)
    ? `Unexpected identifier '${token}'`
    : `Unexpected token '${token}'`;
}

function firstToken(source: string): string {
  try {
    const { start, end } = tokenizer(source, { ecmaVersion: 'latest' }).getToken();
    return source.slice(start, end);
  } catch {
    return source.slice(0, 1);
  }
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
