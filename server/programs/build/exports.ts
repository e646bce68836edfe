/** The names that a module exports. */

import type { ParsedSource } from './parse.ts';

/** Those of its own statements, without `default` and what `export *` passes on. */
export function exportedNames({ tree }: ParsedSource): string[] {
  const names = tree.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const { declaration, specifiers } = statement;
    if (declaration?.type === 'ClassDeclaration' || declaration?.type === 'FunctionDeclaration') {
      return [declaration.id.name];
    }
    if (declaration?.type === 'VariableDeclaration') {
      return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
    }
    return specifiers.flatMap(({ exported }) => (exported.type === 'Identifier' ? [exported.name] : []));
  });
  return names.filter((name) => name !== 'default');
}
