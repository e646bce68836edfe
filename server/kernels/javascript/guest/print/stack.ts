/** Stacks as Node shows them: a first line with name and message, then the frames of the user's own code. */

import {
  defineProperty,
  endsWith,
  getOwnPropertyDescriptor,
  includes,
  indexOf,
  lines,
  slice,
  startsWith,
  uncurry,
} from '../core/primordials.ts';
import { classOf, findProperty, isError, readString } from '../core/safe.ts';

const nativeStack = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
const recordedFrames = uncurry(nativeStack?.get ?? (() => undefined)) as (error: unknown) => unknown;
const captureNatively = Error.captureStackTrace;

/** `at f (REPL3:1:10)`; top-level and anonymous code without a name; built-ins as `at map (<anonymous>)`. */
function frame(line: string): string {
  const name = startsWith(line, '    at <eval> (')
    ? '<eval>'
    : startsWith(line, '    at <anonymous> (')
      ? '<anonymous>'
      : '';
  if (name !== '' && endsWith(line, ')')) return `    at ${slice(line, 9 + name.length, -1)}`;
  return endsWith(line, '(native)') ? `${slice(line, 0, -8)}(<anonymous>)` : line;
}

/** The user's frames: none of the prelude's, and no built-in that only the prelude called. */
function userFrames(recorded: string): string {
  let text = '';
  let natives = '';
  const all = lines(recorded);
  for (let i = 0; i < all.length; i++) {
    const line = all[i] ?? '';
    if (line === '' || includes(line, '(spawnpoint:')) continue;
    if (endsWith(line, '(native)')) natives += `\n${frame(line)}`;
    else {
      text += `${natives}\n${frame(line)}`;
      natives = '';
    }
  }
  return text;
}

/** `TypeError: message`, from data properties only. */
export function titleOf(error: object): string {
  const name = readString(error, 'name') ?? 'Error';
  const message = readString(error, 'message') ?? '';
  return message === '' ? name : name === '' ? message : `${name}: ${message}`;
}

/** What `error.stack` is: the user's own value where one was set, else title and frames. */
export function stackOf(error: unknown): unknown {
  if (!isError(error)) return undefined;
  const property = findProperty(error, 'stack');
  const isSet = property !== undefined && property.get === undefined;
  // The engine gives a DOMException its frames as a property of its own.
  const isRecord =
    classOf(error) === 'DOMException' && typeof property?.value === 'string' && startsWith(property.value, '    at ');
  if (isSet && !isRecord) return property.value;
  const recorded = isRecord ? property?.value : classOf(error) === 'Error' ? recordedFrames(error) : undefined;
  return `${titleOf(error)}${typeof recorded === 'string' ? userFrames(recorded) : ''}`;
}

/** Gives `Error.prototype.stack` and `Error.captureStackTrace` the form that users know from Node. */
export function installStacks(): void {
  defineProperty(Error.prototype, 'stack', {
    get(this: unknown) {
      return stackOf(this);
    },
    set(this: object, value: unknown) {
      defineProperty(this, 'stack', { value, writable: true, configurable: true, enumerable: false });
    },
    configurable: true,
    enumerable: false,
  });
  defineProperty(Error, 'captureStackTrace', {
    value: function captureStackTrace(target: object, above?: (...parameters: never[]) => unknown): void {
      captureNatively(target, above ?? captureStackTrace);
      const stack = getOwnPropertyDescriptor(target, 'stack')?.value;
      if (typeof stack !== 'string' || indexOf(stack, '    at ') !== 0) return;
      defineProperty(target, 'stack', {
        value: `${titleOf(target)}${userFrames(stack)}`,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    },
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
