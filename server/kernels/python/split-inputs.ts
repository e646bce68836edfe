/**
 * Cuts a text into inputs: one for each statement at its left margin. Other than at the prompt, an empty line within a
 * block does not end it, as programs have them there.
 */

import { LIMITS } from '../../../protocol/limits.ts';
import type { SplitText } from '../kernel.ts';
import { isComplete } from './is-complete.ts';
import { type LogicalLine, scan } from './scan.ts';

/** These go on with the statement before them. */
const CLAUSE = /^(elif|else|except|finally)\b/;

/** See `KernelFactory.split`. */
export function splitInputs(text: string): SplitText {
  const { lines } = scan(text);
  const inputs: [start: number, end: number][] = [];
  const starts = lines.flatMap((line, index) => (startsInput(line, lines[index - 1]) ? [index] : []));
  for (const [index, first] of starts.entries()) {
    const next = starts[index + 1];
    const start = lines[first]?.start ?? 0;
    const end = lines[(next ?? lines.length) - 1]?.end ?? start;
    // Nothing tells yet whether the last one goes on.
    if (next === undefined && isComplete(text.slice(start)).status === 'incomplete') break;
    inputs.push([start, end]);
    if (inputs.length === LIMITS.splitInputs) return { inputs, through: end };
  }
  return { inputs, through: text.length };
}

function startsInput(line: LogicalLine, previous: LogicalLine | undefined): boolean {
  if (previous === undefined) return true;
  return line.indent === '' && !CLAUSE.test(line.text) && !previous.text.startsWith('@');
}
