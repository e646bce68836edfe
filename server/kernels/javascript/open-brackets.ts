/** The brackets that are open at the end of a piece of code. */

import { tokenizer, tokTypes } from 'acorn';

export type OpenBracket = '(' | '[' | '{' | '${' | '`';

const CLOSERS: Readonly<Record<OpenBracket, string>> = { '(': ')', '[': ']', '{': '}', '${': '}', '`': '`' };

/** Outermost first. What comes after an error of the tokenizer is not seen. */
export function openBrackets(code: string): OpenBracket[] {
  const open: OpenBracket[] = [];
  try {
    for (const { type } of tokenizer(code, { ecmaVersion: 'latest', allowHashBang: true })) {
      const label = type === tokTypes.backQuote ? '`' : type.label;
      if (label === '`' && open.at(-1) === '`') open.pop();
      else if (isOpening(label)) open.push(label);
      else if (label === ')' || label === ']' || label === '}') open.pop();
    }
  } catch {
    // The code ends within a token: what was open before it still is.
  }
  return open;
}

/** What closes them, innermost first. */
export function closing(open: readonly OpenBracket[]): string {
  return open
    .map((bracket) => CLOSERS[bracket])
    .reverse()
    .join('');
}

function isOpening(label: string): label is OpenBracket {
  return label in CLOSERS;
}
