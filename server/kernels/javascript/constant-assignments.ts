/**
 * Assignments to top-level constants, reworded: they evaluate what they would assign and throw the error that V8 throws.
 * QuickJS refuses them too, but with a message of its own.
 */

import type { AssignmentExpression, Node, Program } from 'acorn';
import { full } from 'acorn-walk';
import type { Edit } from './edits.ts';
import { patternNames } from './top-level-names.ts';

const REFUSAL = `(() => { throw new TypeError('Assignment to constant variable.'); })()`;

/**
 * Names that are assigned to somewhere and declared in no inner scope. A name that is both in the same input is left to
 * QuickJS.
 */
export function freeAssignedNames(tree: Program): string[] {
  const assigned = new Set<string>();
  full(tree, (node) => {
    const name = assignedName(node);
    if (name !== null) assigned.add(name);
  });
  if (assigned.size === 0) return [];
  for (const name of innerNames(tree)) assigned.delete(name);
  return [...assigned];
}

/** The edits for every assignment to one of `constants`. */
export function findConstantAssignments(tree: Program, constants: ReadonlySet<string>): Edit[] {
  const edits: Edit[] = [];
  if (constants.size === 0) return edits;
  const inner = innerNames(tree);
  full(tree, (node) => {
    const name = assignedName(node);
    if (name === null || !constants.has(name) || inner.has(name)) return;
    if (node.type === 'UpdateExpression') edits.push({ start: node.start, end: node.end, text: REFUSAL });
    else edits.push(...refuse(node as AssignmentExpression, name));
  });
  return edits;
}

function refuse(node: AssignmentExpression, name: string): Edit[] {
  const isLogical = node.operator === '||=' || node.operator === '&&=' || node.operator === '??=';
  const opening = isLogical ? `(${name} ${node.operator.slice(0, 2)} (` : '(';
  return [
    { start: node.start, end: node.right.start, text: opening },
    { start: node.right.end, end: node.end, text: `, ${REFUSAL})${isLogical ? ')' : ''}` },
  ];
}

function assignedName(node: Node): string | null {
  const typed = node as { left?: { type: string; name?: string }; argument?: { type: string; name?: string } };
  const target =
    node.type === 'AssignmentExpression' ? typed.left : node.type === 'UpdateExpression' ? typed.argument : undefined;
  return target?.type === 'Identifier' ? (target.name ?? null) : null;
}

/** Every name declared below the top level: parameters, inner variables, functions and classes, catch bindings. */
function innerNames(tree: Program): Set<string> {
  const names = new Set<string>();
  const topLevel = new Set<Node>(tree.body);
  full(tree, (node) => {
    for (const pattern of boundPatterns(node, topLevel.has(node))) {
      for (const name of patternNames(pattern as never)) names.add(name);
    }
  });
  return names;
}

function boundPatterns(node: Node, isTopLevel: boolean): Node[] {
  const typed = node as {
    params?: Node[];
    param?: Node | null;
    id?: Node | null;
    declarations?: { id: Node }[];
  };
  if (node.type === 'CatchClause') return typed.param ? [typed.param] : [];
  if (node.type === 'VariableDeclaration') return isTopLevel ? [] : (typed.declarations ?? []).map(({ id }) => id);
  if (!/Function|Class/.test(node.type)) return [];
  const name = typed.id && !isTopLevel ? [typed.id] : [];
  return [...name, ...(typed.params ?? [])];
}
