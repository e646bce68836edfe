/** The names that an input declares at the top level of its session. */

import type { Node, Pattern, Program, VariableDeclaration } from 'acorn';
import { type RecursiveVisitors, recursive } from 'acorn-walk';
import type { InputNames } from './scope/scope.ts';

export function declaredNames(tree: Program): Omit<InputNames, 'assigned'> {
  const lexical: string[] = [];
  const constant: string[] = [];
  for (const node of tree.body) {
    if (node.type === 'VariableDeclaration' && node.kind !== 'var') {
      const names = variableNames(node);
      lexical.push(...names);
      if (node.kind !== 'let') constant.push(...names);
    } else if (node.type === 'ClassDeclaration') {
      lexical.push(node.id.name);
    } else if (node.type === 'ImportDeclaration') {
      const names = node.specifiers.map(({ local }) => local.name);
      lexical.push(...names);
      constant.push(...names);
    }
  }
  return { lexical, constant, variable: hoistedNames(tree) };
}

const skip = () => {};

/** Visits statements only, and no functions. */
const HOISTING: RecursiveVisitors<string[]> = {
  Function: skip,
  Class: skip,
  Expression: skip,
  VariableDeclaration: collectVariables,
};

function collectVariables(node: VariableDeclaration, names: string[]): void {
  if (node.kind === 'var') names.push(...variableNames(node));
}

/** Names of top-level functions and of `var` at any depth outside functions. */
function hoistedNames(tree: Program): string[] {
  const names: string[] = [];
  for (const node of tree.body) {
    if (node.type === 'FunctionDeclaration') names.push(node.id.name);
  }
  return [...names, ...hoistedVariables(tree)];
}

/** Names of `var` at any depth, outside functions. */
export function hoistedVariables(node: Node): string[] {
  const names: string[] = [];
  recursive(node, names, HOISTING);
  return names;
}

function variableNames(node: VariableDeclaration): string[] {
  return node.declarations.flatMap(({ id }) => patternNames(id));
}

/** The names that a pattern binds. */
export function patternNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? patternNames(element) : []));
    case 'RestElement':
      return patternNames(pattern.argument);
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    default:
      return [];
  }
}
