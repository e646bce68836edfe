/**
 * The prelude: everything a session's JavaScript finds beyond the language itself. Evaluated once, when the base
 * snapshot is made. Its completion value is how the host talks to it.
 */

import './session/console.ts';
import './session/performance.ts';
import './web/url.ts';
import './web/abort.ts';
import './web/fetch.ts';
import './node/modules.ts';
import './web/printing.ts';
import { host } from './core/host.ts';
import { freeze } from './core/primordials.ts';
import { defineGlobals, state } from './core/state.ts';
import type { GuestEntry } from './host-calls.ts';
import { render, renderError, reportUncaught } from './print/render.ts';
import { installStacks } from './print/stack.ts';
import { closePrelude, complete, inspectAt, variables } from './session/explore.ts';
import { reseed } from './session/random.ts';
import { nextTimerAt, runTimer, shiftTimers } from './session/timers.ts';
import { fetchChunk, fetchEnd, fetchFail, fetchHead, interruptFetches } from './web/fetch.ts';
import './session/kv.ts';

defineGlobals({ navigator: freeze({ userAgent: 'spawnpoint-cf', language: 'en-US', hardwareConcurrency: 1 }) });
installStacks();
closePrelude();

export const entry: GuestEntry = freeze({
  started(seed: ArrayBuffer): void {
    state.timeOrigin = host.now();
    reseed(seed);
  },
  restored(seed: ArrayBuffer): void {
    reseed(seed);
    interruptFetches();
  },
  reseed,
  setCurrentInput(input: number): void {
    state.input = input;
  },
  render,
  renderError,
  reportUncaught,
  complete,
  inspect: inspectAt,
  variables,
  nextTimerAt,
  runTimer,
  shiftTimers,
  fetchHead,
  fetchChunk,
  fetchEnd,
  fetchFail,
});
