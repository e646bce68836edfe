/**
 * Whether an input only reads and computes, so that undo need not count it as a step. Decided by its syntax alone:
 * anything that declares, assigns, calls or waits may change something.
 */

import { full } from 'acorn-walk';
import { type InputLanguage, InputSyntaxError, parseInput, withinStack } from './parse-input.ts';

/** All that a pure input may consist of. Getters are trusted to read. */
const PURE = new Set([
  'Program',
  'ExpressionStatement',
  'EmptyStatement',
  'Literal',
  'Identifier',
  'ThisExpression',
  'TemplateLiteral',
  'TemplateElement',
  'ArrayExpression',
  'ObjectExpression',
  'Property',
  'SpreadElement',
  'MemberExpression',
  'ChainExpression',
  'UnaryExpression',
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'SequenceExpression',
  'ParenthesizedExpression',
]);

/** A syntax error is pure too: nothing of it ran. */
export function isPure(code: string, language: InputLanguage): boolean {
  try {
    const { tree } = parseInput(code, language);
    let isPure = true;
    withinStack(code, () =>
      full(tree, (node) => {
        const isDelete = node.type === 'UnaryExpression' && 'operator' in node && node.operator === 'delete';
        if (!PURE.has(node.type) || isDelete) isPure = false;
      }),
    );
    return isPure;
  } catch (error) {
    if (error instanceof InputSyntaxError) return true;
    throw error;
  }
}
