/** How a syntax error is shown: what is wrong, and where in the line that the user wrote. */

import type { RenderedError } from '../kernel.ts';
import type { InputSyntaxError } from './parse-input.ts';

/** Longer lines are cut around the error. */
const MAX_LINE = 200;

export function renderSyntaxError(error: InputSyntaxError, code: string, input: number): RenderedError {
  const { name, message, line, column } = error;
  const text = (code.split('\n')[line - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ');
  const start = Math.max(0, column - MAX_LINE / 2);
  const shown = text.slice(start, start + MAX_LINE);
  const caret = `${' '.repeat(column - start)}^`;
  return {
    name,
    message,
    text: `${name}: ${message}\n    at REPL${input}:${line}:${column + 1}\n\n${shown}\n${caret}`,
  };
}
