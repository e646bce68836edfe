/** The little of `process` that REPL users expect of it. */

import { host } from '../core/host.ts';
import { defineGlobals, nameAll, state } from '../core/state.ts';
import { HOME } from './fs-path.ts';

const started = (): number => host.now() - state.timeOrigin;

class WriteStream {
  readonly #name: 'stdout' | 'stderr';
  readonly isTTY = false;
  constructor(name: 'stdout' | 'stderr') {
    this.#name = name;
  }
  write(data: unknown, ...rest: unknown[]): boolean {
    const text = data instanceof Uint8Array ? new TextDecoder().decode(data) : data;
    if (typeof text !== 'string') {
      const error = new TypeError('The "chunk" argument must be of type string or an instance of Uint8Array.');
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
    }
    if (text !== '') host.write(this.#name, text, state.input);
    const done = rest.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  }
}

function hrtime(since?: readonly [number, number]): [number, number] {
  const now = started();
  let seconds = Math.floor(now / 1000);
  let nanoseconds = Math.round((now % 1000) * 1e6);
  if (since !== undefined) {
    seconds -= since[0];
    nanoseconds -= since[1];
    if (nanoseconds < 0) {
      seconds--;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = (): bigint => BigInt(Math.round(started() * 1e6));

const process = {
  title: 'spawnpoint-cf',
  platform: 'linux',
  arch: 'wasm32',
  version: 'v20.0.0',
  versions: { node: '20.0.0', quickjs: '0.17.0' },
  argv: ['spawnpoint-cf'],
  argv0: 'spawnpoint-cf',
  execPath: '/usr/bin/spawnpoint-cf',
  execArgv: [],
  release: { name: 'node' },
  env: {},
  pid: 1,
  exitCode: undefined,
  stdout: new WriteStream('stdout'),
  stderr: new WriteStream('stderr'),
  cwd: () => HOME,
  uptime: () => started() / 1000,
  hrtime,
  nextTick(callback: unknown, ...parameters: unknown[]): void {
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
    queueMicrotask(() => callback(...parameters));
  },
  exit(): never {
    throw new Error('A session does not exit. Type .exit to leave it: everything stays as it is.');
  },
};
Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });

nameAll({ WriteStream, hrtime });
nameAll({ bigint: hrtime.bigint });
defineGlobals({ process, global: globalThis });

export { process };
