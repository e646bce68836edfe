/**
 * The functions that `_spawnpoint_host` calls, answered. The guest is hostile: every parameter is checked for its type,
 * and a failure crosses as a `HostError`, never as an object of the host. Bytes come as text of code points below 256.
 */

import { FileError, type KeyValue } from '../../files/file-system.ts';
import { VariableError } from '../kernel.ts';
import type { Fetches } from './fetches.ts';
import { HostError, type HostFunction } from './guard.ts';
import type { Turn } from './turn.ts';

export interface HostCallTargets {
  readonly turn: Turn;
  readonly fetches: Fetches;
  /** Of the running turn. Throws `HostError` between turns. */
  keyValues(): KeyValue;
  protectStack(): void;
  /** What is printed from now on comes from this input. */
  setSource(input: number): void;
  /** `InstallRequest` and `InstallResult` of packages/, as JSON. */
  installPackages(request: string): Promise<string>;
}

/** By the names under which Python knows them. Heaps are older than the server: names stay for ever. */
export function hostFunctions(targets: HostCallTargets): Record<string, HostFunction> {
  const { turn, fetches } = targets;
  const keys = <T>(action: (store: KeyValue) => T): T => translated(() => action(targets.keyValues()));
  return {
    protect_stack: () => targets.protectStack(),
    source: (input) => targets.setSource(count(input)),
    tick: () => turn.tick(),
    stopped: () => turn.isStopped,
    sleep: (seconds) => turn.wait(number(seconds) * 1000),
    // What settled while nobody waited wakes nobody.
    wait: (milliseconds) => turn.waitForWork(fetches.hasEvents ? 0 : number(milliseconds)),
    take_settled: () => JSON.stringify(fetches.takeSettled()),
    read_line: (isSecret) => turn.readLine(isSecret === true),
    read_bytes: () => turn.readBytes(),
    kv_get: (key) => keys((store) => store.get(text(key)) ?? undefined),
    kv_set: (key, value) => keys((store) => store.set(text(key), bytes(value))),
    kv_delete: (key) => keys((store) => store.delete(text(key))),
    kv_list: (prefix) => keys((store) => JSON.stringify(store.list(text(prefix)))),
    get_js: async (name) => {
      const wanted = text(name);
      try {
        if (turn.io) return await turn.io.readOther(wanted);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const isMissing = error instanceof VariableError && error.isMissing;
        throw new HostError(`${isMissing ? 'NameError' : 'ValueError'}\n${error.message}`);
      }
      throw new HostError('ValueError\nVariables of JavaScript can only be read while an input or a task runs.');
    },
    install_packages: (request) => targets.installPackages(text(request)),
    fetch_start: (request, body) => fetches.start(text(request), body === undefined ? null : bytes(body)),
    fetch_cancel: (id) => fetches.cancel(number(id)),
    fetch_head: (id) => fetches.head(number(id)),
    fetch_body: (id) => fetches.body(number(id)),
  };
}

function translated<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof FileError ? new HostError(error.message) : error;
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new HostError('a str is needed');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new HostError('a number is needed');
  return value;
}

function count(value: unknown): number {
  const result = number(value);
  if (!Number.isSafeInteger(result) || result < 0) throw new HostError('the number of an input is needed');
  return result;
}

function bytes(value: unknown): Uint8Array {
  const letters = text(value);
  const result = new Uint8Array(letters.length);
  for (let index = 0; index < letters.length; index += 1) {
    const code = letters.charCodeAt(index);
    if (code > 0xff) throw new HostError('bytes are needed');
    result[index] = code;
  }
  return result;
}
