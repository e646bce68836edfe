/** Whether what was typed so far is an input of its own, and how far the next line is indented if it is not. */

import type { Completeness } from '../kernel.ts';
import { openBrackets } from './open-brackets.ts';
import { type InputLanguage, InputSyntaxError, parseInput } from './parse-input.ts';

export function isComplete(code: string, language: InputLanguage): Completeness {
  try {
    parseInput(code, language);
    return { status: 'complete' };
  } catch (error) {
    if (!(error instanceof InputSyntaxError)) throw error;
    if (!error.isIncomplete) return { status: 'invalid', message: error.message };
    return { status: 'incomplete', indent: indent(code) };
  }
}

/** Whether more code is needed, and may help. */
export function isIncomplete(code: string, language: InputLanguage): boolean {
  try {
    parseInput(code, language);
    return false;
  } catch (error) {
    if (!(error instanceof InputSyntaxError)) throw error;
    return error.isIncomplete;
  }
}

/** One unit for each open bracket; nothing within a template, whose text must not be changed. */
function indent(code: string): string {
  const open = openBrackets(code);
  if (open.at(-1) === '`') return '';
  return indentUnit(code).repeat(open.filter((bracket) => bracket !== '`').length);
}

/** The white space of the first indented line; two spaces if there is none. */
function indentUnit(code: string): string {
  return /\n([ \t]+)\S/.exec(code)?.[1] ?? '  ';
}
