/** Makes errors thrown in timers and microtasks end the program, as node does; the platform would only log them. */

import process from 'node:process';
import timers from 'node:timers';
import { uncaught } from './process.guest.js';

const later = globalThis.setImmediate;

/** Wraps the functions that call back later and listens for what nobody handled. */
export function guardCallbacks() {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const start = globalThis[name];
    const guarded = (callback, ...rest) => start(guard(callback), ...rest);
    Object.defineProperty(guarded, 'name', { value: name });
    globalThis[name] = guarded;
    timers[name] = guarded;
  }
  const queue = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (callback) => queue(guard(callback));
  const nextTick = process.nextTick;
  process.nextTick = (callback, ...args) => nextTick(guard(callback), ...args);

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

function guard(callback) {
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
