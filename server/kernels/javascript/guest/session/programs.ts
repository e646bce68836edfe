/** `run` and `jit`: programs of the session's own, in isolates of their own. */

import { hostFailure } from '../core/failures.ts';
import { host } from '../core/host.ts';
import { decodeParsed, encodePlain } from '../core/plain-data.ts';
import { defineGlobals, state } from '../core/state.ts';
import type { ProgramAnswer } from '../host-calls.ts';
import { exchange } from '../web/fetch.ts';

const sourceOf = Function.prototype.toString;

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
};

/**
 * Runs a session file as a program. Resolves to its default export, a copy, or, if it has none, to `{code}`, its exit
 * status. Rejects with the error that nobody caught in it.
 */
async function run(path: unknown, ...args: unknown[]): Promise<unknown> {
  if (typeof path !== 'string') throw new TypeError("run takes the path of a session file: await run('a.ts', ...args)");
  const words = JSON.stringify(args.map((arg) => `${arg}`));
  const answer = await ask('run', (id) => host.programRun(id, path, words, state.input));
  return 'exit' in answer ? { code: answer.exit } : valueIn(answer);
}

/** Runs a function that needs nothing but its arguments at the speed of V8; resolves to a copy of what it returns. */
async function jit(fn: unknown, ...args: unknown[]): Promise<unknown> {
  if (typeof fn !== 'function') throw new TypeError('jit takes a function: await jit(fn, ...args)');
  const source = sourceOf.call(fn);
  const name = typeof fn.name === 'string' ? fn.name : '';
  const parameters = encodePlain(args, 'arguments');
  const answer = await ask('jit', (id) => host.programCall(id, source, name, parameters, state.input));
  if (!('exit' in answer)) return valueIn(answer);
  throw new Error(`The function returned nothing: its program ended with exit status ${answer.exit}.`);
}

async function ask(what: string, start: (id: number) => void): Promise<ProgramAnswer> {
  const failure = (message: string): Error => new Error(message);
  const response = await exchange({ what, method: 'GET', failure }, (id) => {
    try {
      start(id);
    } catch (thrown) {
      throw new (what === 'jit' ? TypeError : Error)(hostFailure(thrown).message);
    }
  });
  return (await response.json()) as ProgramAnswer;
}

/** Throws the error of the program. */
function valueIn(answer: Exclude<ProgramAnswer, { readonly exit: number }>): unknown {
  if ('value' in answer) return decodeParsed(answer.value);
  const { name, message, stack } = answer.error;
  const error = new (ERRORS[name] ?? Error)(message);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== '') error.stack = stack;
  throw error;
}

defineGlobals({ run, jit });
