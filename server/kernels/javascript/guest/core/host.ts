/** Takes the host calls out of the global where the base build left them. Evaluated before everything else. */

import { HOST_CALLS, HOST_GLOBAL, type HostCalls, type HostScope } from '../host-calls.ts';

const given: unknown = Reflect.get(globalThis, HOST_GLOBAL);
Reflect.deleteProperty(globalThis, HOST_GLOBAL);

function isComplete(value: unknown): value is HostCalls & HostScope {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'lexicals') === 'object' &&
    HOST_CALLS.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

if (!isComplete(given)) throw new Error(`${HOST_GLOBAL} lacks host calls`);

const { lexicals, ...calls } = given;

/** The record of the global `let`, `const` and `class` bindings: see `HostScope`. */
export { lexicals };

/** The host's functions; null-prototype and frozen, so that no guest code can come between. */
export const host: HostCalls = Object.freeze(Object.assign(Object.create(null), calls));
