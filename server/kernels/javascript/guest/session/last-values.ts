/** What the REPL keeps of inputs: `_` is the last value, `_error` what was last thrown, until the user takes the name. */

import { host } from '../core/host.ts';
import { defineProperty } from '../core/primordials.ts';
import { state } from '../core/state.ts';
import { render, renderError } from '../print/render.ts';

/** A global that the REPL sets until the user does. Returns the REPL's setter. */
function defineLast(name: '_' | '_error', notice: string): (value: unknown) => void {
  let last: unknown;
  const define = (value: unknown): boolean =>
    defineProperty(globalThis, name, {
      __proto__: null,
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    } as PropertyDescriptor);
  defineProperty(globalThis, name, {
    configurable: true,
    get: () => last,
    set: (value) => {
      define(value);
      host.write('stdout', `${notice}\n`, state.input);
    },
  });
  return (value) => {
    last = value;
  };
}

const setLast = defineLast('_', 'Expression assignment to _ now disabled.');
const setLastError = defineLast('_error', 'Expression assignment to _error now disabled.');

/** QuickJS hands a completion value out in an object of its own, so that a promise is not waited for. */
export function conclude(completion: { readonly value: unknown }): string {
  const { value } = completion;
  setLast(value);
  return render(value);
}

export function concludeError(thrown: unknown): string {
  setLastError(thrown);
  return renderError(thrown);
}
