/**
 * What ES modules may import by name from CommonJS, as node tells it: by how the code is written, without running it. The
 * runtime gives such a module a default export only, so another module that has the names stands before it.
 */

import type { AnyNode, Expression, Program, Property, SpreadElement, Super } from 'acorn';
import { full } from 'acorn-walk';

interface Script {
  readonly names: readonly string[];
  /** The modules whose exports it passes on. */
  readonly passedOn: readonly string[];
}

const directory = 'spawnpoint:imported/';

export class ScriptExports {
  readonly #scripts = new Map<string, Script>();
  /** The scripts that some module imports. */
  readonly #imported = new Set<string>();

  /** `resolved`: the names of the modules that its specifiers lead to. */
  add(path: string, tree: Program, resolved: ReadonlyMap<string, string>): void {
    const { names, passedOn } = exportsOf(tree);
    const paths = passedOn.flatMap((specifier) => resolved.get(specifier)?.replace(/^\//, '') ?? []);
    this.#scripts.set(path, { names, passedOn: paths });
  }

  /** The name to import instead of that of the script. */
  imported(path: string): string {
    this.#imported.add(path);
    return `/${directory}${path}`;
  }

  /** The modules that `imported` named. To be called once all scripts are added. */
  modules(): [string, { readonly js: string }][] {
    return [...this.#imported].map((path) => [directory + path, { js: this.#module(path) }]);
  }

  #module(path: string): string {
    const names = [...this.#namesOf(path, new Set())];
    const values = names.map((name, number) => `const $${number} = all[${JSON.stringify(name)}];\n`);
    const exports = names.map((name, number) => `$${number} as ${JSON.stringify(name)}`);
    return (
      `import script from ${JSON.stringify(`/${path}`)};\nexport default script;\nconst all = Object(script);\n` +
      `${values.join('')}export { ${exports.join(', ')} };\n`
    );
  }

  #namesOf(path: string, visited: Set<string>): Set<string> {
    const script = this.#scripts.get(path);
    if (script === undefined || visited.has(path)) return new Set();
    visited.add(path);
    const all = [...script.names, ...script.passedOn.flatMap((each) => [...this.#namesOf(each, visited)])];
    return new Set(all.filter((name) => name !== 'default'));
  }
}

/** Modules that are passed on by their specifiers. */
function exportsOf(tree: Program): Script {
  const names: string[] = [];
  const passedOn: string[] = [];
  const passOn = (node: AnyNode | undefined): void => {
    const specifier = node === undefined ? null : requiredBy(node);
    if (specifier !== null) passedOn.push(specifier);
  };
  full(tree, (node) => {
    if (node.type === 'AssignmentExpression') {
      const { left, right } = node;
      if (left.type !== 'MemberExpression') return;
      const name = isExports(left.object) ? keyOf(left.property, left.computed) : null;
      if (name !== null) names.push(name);
      if (!isModuleExports(left)) return;
      passOn(right);
      for (const property of right.type === 'ObjectExpression' ? right.properties : []) {
        if (property.type === 'SpreadElement') passOn(property.argument);
        else names.push(...nameOf(property));
      }
    } else if (node.type === 'CallExpression') {
      const [first, second] = node.arguments;
      const called = calledName(node.callee);
      // As TypeScript and its like write `export * from`.
      if (called === '__exportStar' || called === '__export' || called === '_exportStar') passOn(first);
      if (called !== 'defineProperty' || first === undefined || !isExports(first)) return;
      if (second?.type === 'Literal' && typeof second.value === 'string') names.push(second.value);
    }
  });
  return { names, passedOn };
}

/** `exports` or `module.exports`. */
function isExports(node: Expression | SpreadElement | Super): boolean {
  return node.type === 'Identifier' ? node.name === 'exports' : isModuleExports(node);
}

function isModuleExports(node: AnyNode): boolean {
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return false;
  return node.object.name === 'module' && keyOf(node.property, node.computed) === 'exports';
}

function nameOf({ key, computed }: Property): string[] {
  const name = keyOf(key, computed);
  return name === null ? [] : [name];
}

function keyOf(key: AnyNode, isComputed: boolean): string | null {
  if (key.type === 'Identifier' && !isComputed) return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : null;
}

function calledName(callee: AnyNode): string | null {
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' ? keyOf(callee.property, callee.computed) : null;
}

/** The specifier of a `require`, also within a helper that is called with it. */
function requiredBy(node: AnyNode): string | null {
  if (node.type !== 'CallExpression') return null;
  const [first] = node.arguments;
  if (first === undefined) return null;
  if (calledName(node.callee) !== 'require') return requiredBy(first);
  return first.type === 'Literal' && typeof first.value === 'string' ? first.value : null;
}
