/** `node:assert`. It never converts what it compares: `equal` and `deepEqual` are as strict as those named so. */

import { nameAll } from '../core/state.ts';
import { inspect } from '../print/inspect.ts';
import { isDeepStrictEqual } from './deep-equal.ts';

type Message = string | Error | undefined;
type Check = (error: unknown) => unknown;

class AssertionError extends Error {
  readonly code = 'ERR_ASSERTION';
  readonly generatedMessage: boolean;
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;
  constructor(failure: { message?: string; actual?: unknown; expected?: unknown; operator?: string }) {
    super(
      failure.message ?? `${inspect(failure.actual)} ${failure.operator ?? 'is not as'} ${inspect(failure.expected)}`,
    );
    this.generatedMessage = failure.message === undefined;
    this.actual = failure.actual;
    this.expected = failure.expected;
    this.operator = failure.operator ?? 'fail';
  }
}
Object.defineProperty(AssertionError.prototype, 'name', {
  value: 'AssertionError',
  configurable: true,
  writable: true,
});

function fail(message: Message, text: string, operator: string, actual?: unknown, expected?: unknown): never {
  if (message instanceof Error) throw message;
  const error = new AssertionError({ message: message ?? text, actual, expected, operator });
  throw Object.assign(error, { generatedMessage: message === undefined });
}

function assert(value: unknown, message?: Message): void {
  if (!value) fail(message, `${inspect(value)} == true`, '==', value, true);
}

/** A comparison under two names: what it says when it fails ends with both values. */
function comparison(operator: string, says: (actual: string, expected: string) => string, holds: Comparison) {
  const check = (actual: unknown, expected: unknown, message?: Message): void => {
    if (!holds(actual, expected)) fail(message, says(inspect(actual), inspect(expected)), operator, actual, expected);
  };
  nameAll({ [operator]: check });
  return check;
}
type Comparison = (actual: unknown, expected: unknown) => boolean;

const differs = (how: string, sign: string) => (actual: string, expected: string) =>
  actual.includes('\n') || expected.includes('\n')
    ? `Expected values to be ${how}:\n\n${actual}\n\n${sign}\n\n${expected}\n`
    : `Expected values to be ${how}:\n\n${actual} ${sign} ${expected}\n`;
const alike = (how: string) => (actual: string) => `Expected "actual" ${how}: ${actual}`;

const isEqual: Comparison = (actual, expected) => actual === expected || Object.is(actual, expected);
const not =
  (holds: Comparison): Comparison =>
  (actual, expected) =>
    !holds(actual, expected);

const deepStrictEqual = comparison('deepStrictEqual', differs('strictly deep-equal', '!=='), isDeepStrictEqual);
const notDeepStrictEqual = comparison(
  'notDeepStrictEqual',
  alike('not to be strictly deep-equal to'),
  not(isDeepStrictEqual),
);

/** Whether what was thrown is what a test expects: a class, a pattern, a function of it, or an object of properties. */
function isExpected(error: unknown, expected: unknown): boolean {
  if (expected === undefined) return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && error instanceof expected) return true;
    return !(expected === Error || expected.prototype instanceof Error) && (expected as Check)(error) === true;
  }
  return Object.entries(Object(expected)).every(([key, value]) => {
    const found: unknown = Reflect.get(Object(error), key);
    return value instanceof RegExp && typeof found === 'string' ? value.test(found) : isDeepStrictEqual(found, value);
  });
}

function checkThrown(operator: string, thrown: { error: unknown } | null, expected: unknown, message: Message): void {
  const told = typeof expected === 'string' ? expected : message;
  if (thrown === null) fail(told, `Missing expected ${operator === 'throws' ? 'exception' : 'rejection'}.`, operator);
  if (typeof expected === 'string' || isExpected(thrown.error, expected)) return;
  if (typeof expected === 'function' || message === undefined) throw thrown.error;
  fail(message, '', operator, thrown.error, expected);
}

function caught(action: () => unknown): { error: unknown } | null {
  try {
    action();
    return null;
  } catch (error) {
    return { error };
  }
}

async function rejected(action: unknown): Promise<{ error: unknown } | null> {
  try {
    await (typeof action === 'function' ? action() : action);
    return null;
  } catch (error) {
    return { error };
  }
}

function refuse(operator: string, thrown: { error: unknown } | null, message: Message): void {
  const kind = operator === 'doesNotThrow' ? 'exception' : 'rejection';
  if (thrown !== null) {
    const said = thrown.error instanceof Error ? thrown.error.message : inspect(thrown.error);
    fail(message, `Got unwanted ${kind}.\nActual message: "${said}"`, operator, thrown.error);
  }
}

const strictEqual = comparison('strictEqual', differs('strictly equal', '!=='), Object.is);
const notStrictEqual = comparison('notStrictEqual', alike('to be strictly unequal to'), not(Object.is));

const methods = {
  AssertionError,
  ok: (value: unknown, message?: Message) => assert(value, message),
  equal: comparison('equal', (actual, expected) => `${actual} == ${expected}`, isEqual),
  notEqual: comparison('notEqual', (actual, expected) => `${actual} != ${expected}`, not(isEqual)),
  strictEqual,
  notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  match: comparison(
    'match',
    (actual, expected) => `The input did not match the regular expression ${expected}. Input:\n\n${actual}\n`,
    (actual, expected) => typeof actual === 'string' && expected instanceof RegExp && expected.test(actual),
  ),
  doesNotMatch: comparison(
    'doesNotMatch',
    (actual, expected) =>
      `The input was expected to not match the regular expression ${expected}. Input:\n\n${actual}\n`,
    (actual, expected) => !(typeof actual === 'string' && expected instanceof RegExp && expected.test(actual)),
  ),
  throws: (action: () => unknown, expected?: unknown, message?: Message) =>
    checkThrown('throws', caught(action), expected, message),
  doesNotThrow: (action: () => unknown, message?: Message) => refuse('doesNotThrow', caught(action), message),
  rejects: async (action: unknown, expected?: unknown, message?: Message) =>
    checkThrown('rejects', await rejected(action), expected, message),
  doesNotReject: async (action: unknown, message?: Message) => refuse('doesNotReject', await rejected(action), message),
  ifError(value: unknown): void {
    if (value !== null && value !== undefined) throw value;
  },
  fail: (message?: Message) => fail(message, 'Failed', 'fail'),
};
nameAll({ ...methods, assert });

/** `assert` and `assert.strict`, where `equal` is `strictEqual`. */
const strict = Object.assign((value: unknown, message?: Message): void => assert(value, message), methods, {
  equal: strictEqual,
  notEqual: notStrictEqual,
});
nameAll({ strict });
Object.assign(strict, { strict });
export const assertModule = Object.assign(assert, methods, { strict });
