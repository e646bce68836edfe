/** A function as a module of its own: for an isolate that has nothing of what surrounded it. */

import { type AnyNode, type Expression, type Function as FunctionNode, type Node, parse } from 'acorn';
import { ancestor } from 'acorn-walk';
import { freeVariables } from './free-variables.ts';

/** A function that cannot do without its surroundings; the message is for the user. */
export class NotSelfContained extends Error {
  override readonly name = 'NotSelfContained';
}

/** What makes a method parse. */
const CLASS = '(class {';

/**
 * A module that default-exports the function of this source, what `toString` gives. Its own name means itself in it. The
 * variables that it takes from outside are checked where it runs, as only there it is known what is global; throws
 * `NotSelfContained` for all else that it could not do without.
 */
export function selfContainedModule(source: string, name: string): string {
  const { text, node } = readFunction(source);
  checkReceiver(node);
  const free = freeVariables(node);
  const own = free.includes(name) ? name : 'default_1';
  const wanted = free.filter((each) => each !== name);
  return `const ${own} = (${text}\n);\nexport default ${own};\n${wanted.length === 0 ? '' : checkOf(wanted)}`;
}

function checkOf(names: readonly string[]): string {
  const before = 'jit runs a function in an isolate of its own, where there is no variable ';
  const after = '. Pass what it needs as arguments: jit(fn, ...args).';
  return `{
  const missing = ${JSON.stringify(names)}.filter((name) => !(name in globalThis));
  const wanted = missing.join(', ');
  if (missing.length > 0) throw new ReferenceError('${before}' + wanted + '${after}');
}
`;
}

/** The function as an expression: a method is one only within an object. */
function readFunction(source: string): { text: string; node: FunctionNode } {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    throw new NotSelfContained(
      'jit cannot send a built-in or bound function: wrap it, as in jit((x) => Math.sqrt(x), 2).',
    );
  }
  const expression = attempt(() => parseExpression(`(${source}\n)`));
  if (expression instanceof Error) {
    const method = attempt(() => parseMethod(source));
    if (!(method instanceof Error)) return method;
    // Neither will do: the reading that got further is the one that was meant.
    const { message } = reached(method) - CLASS.length > reached(expression) - 1 ? method : expression;
    throw new NotSelfContained(`jit cannot send this function: ${message.replace(/ \(\d+:\d+\)$/, '')}.`);
  }
  if (expression.type === 'FunctionExpression' || expression.type === 'ArrowFunctionExpression') {
    return { text: source, node: expression };
  }
  throw new NotSelfContained('jit takes a function, not a class: wrap it, as in jit((x) => { class A {} … }).');
}

function reached(error: Error): number {
  return 'pos' in error && typeof error.pos === 'number' ? error.pos : -1;
}

function parseExpression(text: string): Expression {
  const [statement] = parse(text, { ecmaVersion: 'latest', sourceType: 'module' }).body;
  if (statement?.type !== 'ExpressionStatement') throw new SyntaxError('it is no function');
  return statement.expression;
}

function parseMethod(source: string): { text: string; node: FunctionNode } {
  const parsed = parseExpression(`${CLASS}${source}\n})`);
  const member = parsed.type === 'ClassExpression' ? parsed.body.body[0] : undefined;
  if (member?.type !== 'MethodDefinition') throw new SyntaxError('it is no function');
  const { value } = member;
  const body = source.slice(value.start - CLASS.length, value.end - CLASS.length);
  const kind = `${value.async ? 'async ' : ''}function${value.generator ? '*' : ''}`;
  return { text: `${kind} ${body}`, node: value };
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Refuses `this` of the surroundings, and `super`. */
function checkReceiver(root: FunctionNode): void {
  const isWithin = (ancestors: readonly Node[], pattern: RegExp): boolean =>
    ancestors.some((node) => node !== root && pattern.test((node as AnyNode).type));
  ancestor(root, {
    ThisExpression(_, __, ancestors) {
      const isOwn = root.type !== 'ArrowFunctionExpression' || isWithin(ancestors, /^(Function|Class)/);
      if (!isOwn)
        throw new NotSelfContained('jit cannot send `this` along: pass what the function needs as arguments.');
    },
    Super(_, __, ancestors) {
      if (isWithin(ancestors, /^(Class|ObjectExpression)/)) return;
      throw new NotSelfContained('jit cannot send `super` along: pass what the function needs as arguments.');
    },
  });
}
