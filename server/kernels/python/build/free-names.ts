/** Which names a script uses that it does not declare: what it expects of its surroundings. */

import { type AnyNode, type Pattern, parse } from 'acorn';
import { full } from 'acorn-walk';

/** Coarse: a name that is declared anywhere in the script counts as declared everywhere. */
export function freeNames(source: string): ReadonlySet<string> {
  const declared = new Set<string>();
  const used = new Set<string>();
  const declare = (pattern: Pattern | null): void => {
    if (pattern === null) return;
    if (pattern.type === 'Identifier') declared.add(pattern.name);
    else if (pattern.type === 'ObjectPattern') {
      for (const property of pattern.properties)
        declare(property.type === 'Property' ? property.value : property.argument);
    } else if (pattern.type === 'ArrayPattern') pattern.elements.forEach(declare);
    else if (pattern.type === 'AssignmentPattern') declare(pattern.left);
    else if (pattern.type === 'RestElement') declare(pattern.argument);
  };
  full(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }), (visited) => {
    const node = visited as AnyNode;
    switch (node.type) {
      case 'Identifier':
        used.add(node.name);
        break;
      case 'VariableDeclarator':
        declare(node.id);
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        node.params.forEach(declare);
        if (node.id) declared.add(node.id.name);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.id) declared.add(node.id.name);
        break;
      case 'CatchClause':
        declare(node.param ?? null);
        break;
      default:
    }
  });
  return new Set([...used].filter((name) => !declared.has(name)));
}
