/** `require`, the globals `fs` and `path`, and what the ES modules of the same names export. */

import EventEmitter from 'events';
import path from 'path-browserify';
import { BUILT_IN_SYMBOL, type BuiltInName } from '../built-in-modules.ts';
import { defineGlobals, nameAll } from '../core/state.ts';
import { timers, timersPromises } from '../session/timers.ts';
import { assertModule } from './assert.ts';
import { bufferModule } from './buffer.ts';
import { cryptoModule } from './crypto.ts';
import { fs, fsPromises } from './fs.ts';
import { os } from './os.ts';
import { process } from './process.ts';
import { urlModule } from './url.ts';
import { util } from './util.ts';

nameAll({ EventEmitter, once: EventEmitter.once });

const modules: Record<BuiltInName, unknown> = {
  assert: assertModule,
  'assert/strict': assertModule.strict,
  buffer: bufferModule,
  crypto: cryptoModule,
  events: EventEmitter,
  fs,
  'fs/promises': fsPromises,
  os,
  path,
  'path/posix': path,
  perf_hooks: { performance: Reflect.get(globalThis, 'performance') },
  process,
  timers,
  'timers/promises': timersPromises,
  url: urlModule,
  util,
  'util/types': util.types,
};

function isBuiltIn(name: string): name is BuiltInName {
  return Object.hasOwn(modules, name);
}

/** Node's `require`, for built-in modules and JSON files; anything else is imported. */
function require(specifier: unknown): unknown {
  if (typeof specifier !== 'string') throw new TypeError('The "id" argument must be of type string.');
  const name = specifier.replace(/^node:/, '');
  if (isBuiltIn(name)) return modules[name];
  const isFile = /^\.{0,2}\//.test(specifier);
  if (isFile && specifier.endsWith('.json')) return JSON.parse(`${fs.readFileSync(specifier, 'utf8')}`);
  const hint = isFile
    ? `Import it: await import('${specifier}').`
    : `Of node's modules there are ${Object.keys(modules).join(', ')}.`;
  const error = new Error(`Cannot find module '${specifier}'. ${hint}`);
  throw Object.assign(error, { code: 'MODULE_NOT_FOUND' });
}

Object.defineProperty(globalThis, Symbol.for(BUILT_IN_SYMBOL), { value: (name: BuiltInName) => modules[name] });

defineGlobals({ fs, path, require });
