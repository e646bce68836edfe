/** `fs` of Node's shape: synchronous, with callbacks, and `fs.promises`. */

import { nameAll } from '../core/state.ts';
import { Dirent, Stats } from './fs-data.ts';
import { large } from './fs-large.ts';
import { sync } from './fs-sync.ts';

type Method = (...parameters: never[]) => unknown;
type Callback = (error: unknown, result?: unknown) => void;

const constants = Object.freeze({ F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, COPYFILE_EXCL: 1 });

const promises: Record<string, unknown> = { constants };
const fs: Record<string, unknown> & { readFileSync: typeof sync.readFileSync } = {
  readFileSync: sync.readFileSync,
  Dirent,
  Stats,
  constants,
  promises,
};

nameAll({ Dirent, Stats, ...sync });

for (const [syncName, method] of Object.entries(sync) as [string, Method][]) {
  const name = syncName.slice(0, -'Sync'.length);
  const forAnySize: Method | undefined = Object.hasOwn(large, name) ? Reflect.get(large, name) : undefined;
  const asynchronous = async (...parameters: never[]) => (forAnySize ?? method)(...parameters);
  fs[syncName] = method;
  nameAll({ [name]: asynchronous });
  if (name !== 'exists') promises[name] = asynchronous;
  const withCallback = (...parameters: never[]) => {
    const callback: unknown = parameters.pop();
    if (typeof callback !== 'function') {
      const error = new TypeError(`fs.${name} takes a callback; use fs.promises.${name} or fs.${syncName} without one`);
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
    }
    const done = callback as Callback;
    asynchronous(...parameters).then(
      (result) => queueMicrotask(() => (name === 'exists' ? done(result) : done(null, result))),
      (error) => queueMicrotask(() => done(error)),
    );
  };
  nameAll({ [name]: withCallback });
  fs[name] = withCallback;
}

export { fs, promises as fsPromises };
