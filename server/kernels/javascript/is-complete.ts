/** Whether what was typed so far is an input of its own, and how far the next line is indented if it is not. */

import { tokenizer, tokTypes } from 'acorn';
import type { Completeness } from '../kernel.ts';
import { type InputLanguage, InputSyntaxError, parseInput } from './parse-input.ts';

export function isComplete(code: string, language: InputLanguage): Completeness {
  try {
    parseInput(code, language);
    return { status: 'complete' };
  } catch (error) {
    if (!(error instanceof InputSyntaxError)) throw error;
    if (!error.isIncomplete) return { status: 'invalid', message: error.message };
    return { status: 'incomplete', indent: indentUnit(code).repeat(openBrackets(code)) };
  }
}

/** The white space of the first indented line; two spaces if there is none. */
function indentUnit(code: string): string {
  return /\n([ \t]+)\S/.exec(code)?.[1] ?? '  ';
}

/** How many brackets are open at the end; 0 within a template, whose text must not be changed. */
function openBrackets(code: string): number {
  const open: boolean[] = [];
  try {
    for (const { type } of tokenizer(code, { ecmaVersion: 'latest', allowHashBang: true })) {
      if (type === tokTypes.backQuote && open.at(-1) === true) open.pop();
      else if (type === tokTypes.backQuote) open.push(true);
      else if (OPENING.has(type.label)) open.push(false);
      else if (CLOSING.has(type.label)) open.pop();
    }
  } catch {
    // The code ends within a token: what was open before it still is.
  }
  return open.at(-1) === true ? 0 : open.filter((isTemplate) => !isTemplate).length;
}

const OPENING = new Set(['(', '[', '{', '${']);
const CLOSING = new Set([')', ']', '}']);
