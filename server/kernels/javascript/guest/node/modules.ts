/** `require`, the globals `fs` and `path`, and what the ES modules of the same names export. */

import EventEmitter from 'events';
import path from 'path-browserify';
import { BUILT_IN_SYMBOL, type BuiltInName, builtInName } from '../built-in-modules.ts';
import { defineGlobals } from '../core/state.ts';
import { timers, timersPromises } from '../session/timers.ts';
import { fs, fsPromises } from './fs.ts';
import { process } from './process.ts';
import { util } from './util.ts';

const modules: Record<BuiltInName, unknown> = {
  events: EventEmitter,
  fs,
  'fs/promises': fsPromises,
  path,
  process,
  timers,
  'timers/promises': timersPromises,
  url: { URL, URLSearchParams },
  util,
};

/** Node's `require`, for built-in modules; anything else is imported. */
function require(specifier: unknown): unknown {
  if (typeof specifier !== 'string') throw new TypeError('The "id" argument must be of type string.');
  const name = builtInName(specifier);
  if (name !== null) return modules[name];
  const known = Object.keys(modules).join(', ');
  const message = `Cannot find module '${specifier}'. require() knows ${known}; load anything else with await import().`;
  throw Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });
}

Object.defineProperty(globalThis, Symbol.for(BUILT_IN_SYMBOL), { value: (name: BuiltInName) => modules[name] });

defineGlobals({ fs, path, require });
