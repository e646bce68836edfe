/**
 * What calls back later. Errors thrown there end the program, as in node; the platform would only log them. A timer
 * that is due while output waits to be read waits with it, as node's do behind a write to a full pipe.
 */

import timers from 'node:timers';
import { isLagging, whenCaughtUp } from './output.guest.js';
import { uncaught } from './process.guest.js';

const later = globalThis.setImmediate;

/** Wraps the functions that call back later and listens for what nobody handled. */
export function guardCallbacks() {
  for (const kind of ['Timeout', 'Interval', 'Immediate']) {
    replaceTimer(`set${kind}`, (start) => (callback, ...rest) => {
      if (typeof callback !== 'function') return start(callback, ...rest);
      const run = guard(callback);
      const timer = start((...args) => fire(keyOf(timer), () => run(...args)), ...rest);
      return timer;
    });
    replaceTimer(`clear${kind}`, (clear) => (timer) => {
      held.delete(keyOf(timer));
      clear(timer);
    });
  }
  const queue = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (callback) => queue(guard(callback));

  globalThis.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    // Not within the event: the platform cannot end the program there.
    later(() => uncaught(event.reason, 'unhandledRejection'));
  });
  globalThis.addEventListener('error', (event) => {
    event.preventDefault();
    later(() => uncaught(event.error));
  });
}

function replaceTimer(name, wrap) {
  const replacement = wrap(globalThis[name]);
  Object.defineProperty(replacement, 'name', { value: name });
  globalThis[name] = replacement;
  timers[name] = replacement;
}

/** Timers that were due while output waited, in order; an interval counts once. @type {Map<unknown, () => void>} */
const held = new Map();

/** Timeouts and intervals may be cleared by their number as well; immediates have none. */
function keyOf(timer) {
  return Number(timer) || timer;
}

function fire(timer, run) {
  if (!isLagging()) return run();
  if (held.size === 0) whenCaughtUp(release);
  held.set(timer, run);
}

function release() {
  for (const [timer, run] of held) {
    if (isLagging()) return whenCaughtUp(release);
    held.delete(timer);
    run();
  }
}

/** Calls `callback` so that an error it throws ends the program. */
export function guard(callback) {
  // What is no function is the platform's to refuse.
  if (typeof callback !== 'function') return callback;
  return function (...args) {
    try {
      return callback.apply(this, args);
    } catch (error) {
      uncaught(error);
    }
  };
}
