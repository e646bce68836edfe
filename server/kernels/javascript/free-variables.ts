/** Which variables a function uses that it does not declare: what it takes from where it was written. */

import type { AnyNode, Function as FunctionNode, Node, Pattern, Statement } from 'acorn';
import { ancestor } from 'acorn-walk';
import { hoistedVariables, patternNames } from './top-level-names.ts';

/** Sorted. What only `typeof` asks for is left out: the function reckons with its absence. */
export function freeVariables(tree: Node): string[] {
  const free = new Set<string>();
  const probed = new Set<string>();
  const scopes = new Map<Node, ReadonlySet<string>>();
  const visit = (node: AnyNode, ancestors: readonly Node[]): void => {
    if (node.type !== 'Identifier') return;
    const parent = ancestors.at(-2) as AnyNode | undefined;
    if (parent?.type === 'UnaryExpression' && parent.operator === 'typeof') probed.add(node.name);
    for (const each of ancestors) {
      const known = scopes.get(each) ?? new Set(namesIn(each as AnyNode));
      scopes.set(each, known);
      if (known.has(node.name)) return;
    }
    free.add(node.name);
  };
  ancestor(tree, {
    Identifier: (node, _, ancestors) => visit(node, ancestors),
    // Assigned to, or declared: then it is found in a scope.
    VariablePattern: (node: Node, _: unknown, ancestors: Node[]) => visit(node as AnyNode, ancestors),
  } as Parameters<typeof ancestor>[1]);
  return [...free].filter((name) => !probed.has(name)).sort();
}

/** What the scope that a node opens declares. */
function namesIn(node: AnyNode): string[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return functionNames(node);
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id ? [node.id.name] : [];
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      return node.body.flatMap((each) => declaredBy(each as Statement));
    case 'SwitchStatement':
      return node.cases.flatMap((each) => each.consequent.flatMap(declaredBy));
    case 'ForStatement':
      return node.init?.type === 'VariableDeclaration' ? declaredBy(node.init) : [];
    case 'ForInStatement':
    case 'ForOfStatement':
      return node.left.type === 'VariableDeclaration' ? declaredBy(node.left) : [];
    case 'CatchClause':
      return node.param ? patternNames(node.param) : [];
    default:
      return [];
  }
}

function functionNames(node: FunctionNode): string[] {
  const names = node.params.flatMap((parameter: Pattern) => patternNames(parameter));
  if (node.id) names.push(node.id.name);
  if (node.type !== 'ArrowFunctionExpression') names.push('arguments');
  return [...names, ...hoistedVariables(node.body)];
}

function declaredBy(statement: Statement): string[] {
  switch (statement.type) {
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => patternNames(id));
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [statement.id.name];
    default:
      return [];
  }
}
