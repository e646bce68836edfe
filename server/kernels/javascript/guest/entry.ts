/**
 * The prelude: everything a session's JavaScript finds beyond the language itself. Evaluated once, when the base
 * snapshot is made. Its completion value is how the host talks to it.
 */

import './session/console.ts';
import './session/performance.ts';
import './web/url.ts';
import './web/abort.ts';
import './web/fetch.ts';
import './web/intl.ts';
import './node/modules.ts';
import './web/printing.ts';
import { host } from './core/host.ts';
import { decodePlain, encodePlain } from './core/plain-data.ts';
import { apply, freeze } from './core/primordials.ts';
import { defineGlobals, shared, state } from './core/state.ts';
import type { GuestEntry } from './host-calls.ts';
import { reportUncaught } from './print/render.ts';
import { installStacks } from './print/stack.ts';
import { closePrelude, complete, inspectAt, readVariable, variables } from './session/explore.ts';
import { conclude, concludeError } from './session/last-values.ts';
import { reseed } from './session/random.ts';
import { runTimer, shiftTimers } from './session/timers.ts';
import { fetchChunk, fetchEnd, fetchFail, fetchForget, fetchHead, interruptFetches } from './web/fetch.ts';
import './session/kv.ts';
import './session/programs.ts';
import './session/python.ts';

defineGlobals({ navigator: freeze({ userAgent: 'spawnpoint-cf', language: 'en-US', hardwareConcurrency: 1 }) });
installStacks();
closePrelude();

/** An entry that answers `fallback` where what the guest did to its built-ins makes the prelude fail. */
function unfailing<A extends unknown[], R>(action: (...parameters: A) => R, fallback: R): (...parameters: A) => R {
  return (...parameters) => {
    try {
      return apply(action, undefined, parameters);
    } catch {
      return fallback;
    }
  };
}

const NOTHING_TO_COMPLETE = '{"from":0,"to":0,"candidates":[]}';

export const entry: GuestEntry = freeze({
  started(seed: ArrayBuffer): void {
    state.timeOrigin = host.now();
    reseed(seed);
  },
  restored(seed: ArrayBuffer): void {
    reseed(seed);
    unfailing(interruptFetches, undefined)();
  },
  reseed,
  conclude,
  concludeError,
  reportUncaught,
  complete: unfailing(complete, NOTHING_TO_COMPLETE),
  inspect: unfailing(inspectAt, null),
  variables: unfailing(variables, '[]'),
  runTimer,
  shiftTimers,
  fetchHead: unfailing(fetchHead, -1),
  fetchChunk: unfailing(fetchChunk, -1),
  fetchEnd: unfailing(fetchEnd, -1),
  fetchFail: unfailing(fetchFail, -1),
  fetchForget: unfailing(fetchForget, -1),
  encodePlain,
  decodePlain,
  readVariable: unfailing(readVariable, '-It cannot be copied.'),
  shared: shared.buffer,
});
