/**
 * Whether what was typed so far is an input of its own, and how far the next line is indented if it is not. As at
 * CPython's own prompt, a block ends with an empty line.
 */

import type { Completeness } from '../kernel.ts';
import { type LogicalLine, scan } from './scan.ts';

const COMPOUND = /^(if|for|while|try|with|def|class|async|match\b.*:|@)(?![\w=])/;
const LEAVES_BLOCK = /^(return|pass|break|continue|raise)\b/;
const COMPLETE: Completeness = { status: 'complete' };
const DEFAULT_UNIT = '    ';

export function isComplete(code: string): Completeness {
  if (/^\s*[%!?]/.test(code) || /^[^\n]*\?\s*$/.test(code)) return COMPLETE;
  const { lines, open, isContinued, error } = scan(code);
  if (error !== null) return { status: 'invalid', message: error };
  const last = lines.at(-1);
  if (last === undefined) return COMPLETE;
  const unit = lines.find(({ indent }) => indent !== '')?.indent ?? DEFAULT_UNIT;
  if (/^['"]/.test(open.at(-1) ?? '')) return incomplete('');
  const brackets = open.filter((opening) => /^[([{]/.test(opening));
  if (open.length > 0) return incomplete(last.indent + unit.repeat(brackets.length));
  if (isContinued) return incomplete(last.indent + unit);
  if (last.text.endsWith(':')) return incomplete(last.indent + unit);
  if (last.text.startsWith('@')) return incomplete(last.indent);
  if (COMPOUND.test(last.text) && !last.text.includes(':')) return COMPLETE;
  if (!isInBlock(lines, last) || /\n[ \t]*$/.test(code)) return COMPLETE;
  return incomplete(LEAVES_BLOCK.test(last.text) ? dedented(last.indent, unit) : last.indent);
}

/** Whether the block that the last line belongs to could go on. */
function isInBlock(lines: readonly LogicalLine[], last: LogicalLine): boolean {
  return last.indent !== '' || (lines.length === 1 && COMPOUND.test(last.text));
}

function dedented(indent: string, unit: string): string {
  return indent.endsWith(unit) ? indent.slice(0, -unit.length) : '';
}

function incomplete(indent: string): Completeness {
  return { status: 'incomplete', indent };
}
