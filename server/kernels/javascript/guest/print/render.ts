/** What the host prints for its user: values, errors, one-line previews. Nothing here throws because of a value. */

import { host } from '../core/host.ts';
import { endsWith, freeze, indexOf, slice, startsWith, toJson } from '../core/primordials.ts';
import { isError, readString } from '../core/safe.ts';
import { state } from '../core/state.ts';
import { coloursOf, isPrintedAsText, print } from './inspect.ts';
import { titleOf } from './stack.ts';

const COLOURED = freeze({ colors: true });
const PREVIEW = freeze({
  depth: 1,
  breakLength: Infinity,
  compact: 3,
  maxArrayLength: 6,
  maxStringLength: 100,
  customInspect: false,
});
const STRING_LIMIT = 1024 * 1024;
const PREVIEW_LIMIT = 120;

/** JSON of `RenderedValue`. */
export function render(value: unknown): string {
  const simple = renderSimple(value);
  if (simple !== null) return simple;
  const isVoid = value === undefined;
  const text = print(value, COLOURED);
  if (typeof value === 'string' && value.length <= STRING_LIMIT)
    return toJson({ __proto__: null, text, isVoid, string: value });
  return toJson({ __proto__: null, text, isVoid });
}

/** `render` for what most inputs end in, at a third of what the printer takes; null for what the printer has to look at. */
function renderSimple(value: unknown): string | null {
  const type = typeof value;
  if (type !== 'number' && type !== 'boolean' && type !== 'undefined') return null;
  const codes = coloursOf(type);
  if (codes === null || !isPrintedAsText(value)) return null;
  return `{"text":"\\u001b[${codes[0]}m${value}\\u001b[${codes[1]}m","isVoid":${type === 'undefined'}}`;
}

/** The printed form of what was thrown; an error without frames stands without brackets, as in Node's REPL. */
function printThrown(thrown: unknown, colors: boolean): string {
  const text = print(thrown, { colors });
  const bracketed = isError(thrown) && startsWith(text, '[') && endsWith(text, ']');
  return bracketed ? slice(text, 1, -1) : text;
}

/** JSON of `RenderedError`. A thrown value that is no error has the name '' and its print-out as the message. */
export function renderError(thrown: unknown): string {
  const text = printThrown(thrown, true);
  if (!isError(thrown)) return toJson({ __proto__: null, name: '', message: printThrown(thrown, false), text });
  const name = readString(thrown, 'name') ?? 'Error';
  return toJson({ __proto__: null, name, message: readString(thrown, 'message') ?? '', text });
}

/** Tells the user of an error that nothing caught: a rejection, or what a timer or listener threw. */
export function reportUncaught(thrown: unknown): void {
  host.write('stderr', `Uncaught ${printThrown(thrown, false)}\n`, state.input);
}

/** One line of at most 120 characters. */
export function preview(value: unknown): string {
  const text = isError(value) ? titleOf(value) : print(value, PREVIEW);
  const end = indexOf(text, '\n');
  const line = end === -1 ? text : `${slice(text, 0, end)} …`;
  return line.length > PREVIEW_LIMIT ? `${slice(line, 0, PREVIEW_LIMIT - 1)}…` : line;
}
