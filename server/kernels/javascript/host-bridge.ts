/**
 * The host calls of guest/host-calls.ts, answered. The guest is hostile: every argument is checked for its type, and a
 * failure crosses as text, never as an object of the host.
 */

import type { JSValueHandle } from 'quickjs-wasi';
import { FileError, type FileSystem, type KeyValue } from '../../files/file-system.ts';
import { type KernelHost, type KernelIo, VariableError } from '../kernel.ts';
import type { Engine } from './engine.ts';
import type { Fetches } from './fetches.ts';
import { HOST_CALLS } from './guest/host-calls.ts';
import { type HostValue, toHandle } from './guest.ts';
import { readBoolean, readBytes, readHeaders, readNumber, readOptionalBytes, readText } from './host-arguments.ts';
import { LargeFileCalls } from './large-file-calls.ts';
import { LibraryCalls } from './library-calls.ts';
import { ProgramCalls } from './program-calls.ts';

type HostResult = HostValue | boolean;
/** A call without a result answers undefined. */
type HostCall = (...parameters: JSValueHandle[]) => unknown;
type HostCallName = (typeof HOST_CALLS)[number];

const MAX_RANDOM_BYTES = 65_536;

export interface BridgeTargets {
  readonly host: KernelHost;
  readonly fetches: Fetches;
  /** What the running turn may reach; null between turns. */
  io(): KernelIo | null;
}

/** Makes the host calls of this heap reach `targets`. */
export function connectHostCalls(engine: Engine, targets: BridgeTargets): void {
  const calls: Record<HostCallName, HostCall> = {
    ...processCalls(targets),
    ...valueCalls(engine),
    ...fileCalls(() => turn(targets).files),
    ...keyValueCalls(() => turn(targets).kv),
    ...fetchCalls(targets.fetches),
    ...largeFileCalls(new LargeFileCalls(targets.fetches, () => turn(targets))),
    ...otherKernelCalls(engine, () => turn(targets)),
    ...programCalls(new ProgramCalls(targets.fetches, () => turn(targets))),
    ...libraryCalls(new LibraryCalls()),
  };
  for (const name of HOST_CALLS) {
    const call = calls[name];
    engine.registerHostFunction(name, (...parameters) =>
      toHandle(engine, guarded(() => call(...parameters)) as HostResult),
    );
  }
}

/** Turns a failure of the host's into the text that the guest expects. */
function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof FileError) throw `${error.code}\n${error.message}`;
    throw error;
  }
}

function turn({ io }: BridgeTargets): KernelIo {
  const current = io();
  if (!current) throw 'EACCES\nfiles, keys and programs can only be used while an input or a timer runs';
  return current;
}

function processCalls({ host, io }: BridgeTargets) {
  return {
    write: (stream, text, input) => {
      const content = readText(text);
      const name = readText(stream) === 'stderr' ? 'stderr' : 'stdout';
      if (content !== '') io()?.write(name, content, readNumber(input));
      return undefined;
    },
    now: () => host.now(),
    random: (length) => host.randomBytes(Math.min(Math.max(0, readNumber(length)), MAX_RANDOM_BYTES)),
  } satisfies Record<string, HostCall>;
}

function valueCalls(engine: Engine) {
  return {
    className: (value) => (value?.isProxy ? 'Proxy' : (value?.className ?? '')),
    proxyPart: (value, part) => {
      if (!value?.isProxy) return null;
      const found = readNumber(part) === 0 ? value.getProxyTarget() : value.getProxyHandler();
      return found.isObject ? found : null;
    },
    promiseState: (value) => {
      if (!value?.isPromise) return -1;
      return { pending: 0, fulfilled: 1, rejected: 2 }[engine.promiseState(value)];
    },
    promiseResult: (value) => {
      const isSettled = value?.isPromise && engine.promiseState(value) !== 'pending';
      return isSettled ? engine.promiseResult(value) : undefined;
    },
  } satisfies Record<string, HostCall>;
}

function fileCalls(files: () => FileSystem) {
  return {
    fileStat: (path) => {
      const stat = files().stat(readText(path));
      return stat && JSON.stringify({ kind: stat.kind, size: stat.size, modifiedAt: stat.modifiedAt });
    },
    fileList: (path) => {
      const entries = files().list(readText(path));
      return JSON.stringify(entries.map(({ name, kind, size, modifiedAt }) => ({ name, kind, size, modifiedAt })));
    },
    fileRead: (path, offset, length) => {
      const count = readNumber(length);
      return files().read(readText(path), readNumber(offset), count < 0 ? undefined : count);
    },
    fileWrite: (path, bytes) => files().write(readText(path), readBytes(bytes)),
    fileWriteAt: (path, offset, bytes) => files().writeAt(readText(path), readNumber(offset), readBytes(bytes)),
    fileTruncate: (path, size) => files().truncate(readText(path), readNumber(size)),
    fileMakeDirectory: (path, recursive) =>
      files().makeDirectory(readText(path), { recursive: readBoolean(recursive) }),
    fileRemove: (path, recursive) => files().remove(readText(path), { recursive: readBoolean(recursive) }),
    fileRename: (from, to) => files().rename(readText(from), readText(to)),
    fileCopy: (from, to) => files().copy(readText(from), readText(to)),
  } satisfies Record<string, HostCall>;
}

function keyValueCalls(kv: () => KeyValue) {
  return {
    kvGet: (key) => kv().get(readText(key)),
    kvSet: (key, value) => kv().set(readText(key), readBytes(value)),
    kvDelete: (key) => kv().delete(readText(key)),
    kvList: (prefix) => JSON.stringify(kv().list(readText(prefix))),
  } satisfies Record<string, HostCall>;
}

function fetchCalls(fetches: Fetches) {
  return {
    fetchStart: (id, method, url, headers, body, redirect) => {
      const mode = readText(redirect);
      fetches.start({
        id: readNumber(id),
        method: readText(method),
        url: readText(url),
        headers: readHeaders(headers),
        body: readOptionalBytes(body),
        redirect: mode === 'error' || mode === 'manual' ? mode : 'follow',
      });
      return undefined;
    },
    fetchPull: (id) => fetches.pull(readNumber(id)),
    fetchAbort: (id) => fetches.abort(readNumber(id)),
  } satisfies Record<string, HostCall>;
}

function largeFileCalls(large: LargeFileCalls) {
  return {
    largeRead: (id, path) => large.read(readNumber(id), readText(path)),
    largeWrite: (id, path, keep, bytes) =>
      large.write(readNumber(id), readText(path), readNumber(keep), readBytes(bytes)),
  } satisfies Record<string, HostCall>;
}

function programCalls(programs: ProgramCalls) {
  return {
    programRun: (id, path, args, input) =>
      programs.run(readNumber(id), readText(path), readText(args), readNumber(input)),
    programCall: (id, source, name, parameters, input) =>
      programs.call(readNumber(id), readText(source), readText(name), readText(parameters), readNumber(input)),
  } satisfies Record<string, HostCall>;
}

function libraryCalls(library: LibraryCalls) {
  return {
    localize: (kind, key, method, parameters) =>
      library.localize(readText(kind), readText(key), readText(method), readText(parameters)),
    collate: (left, right, key) => library.collate(readText(left), readText(right), readText(key)),
    digest: (algorithm, key, bytes) => library.digest(readText(algorithm), readOptionalBytes(key), readBytes(bytes)),
  } satisfies Record<string, HostCall>;
}

function otherKernelCalls(engine: Engine, turn: () => KernelIo) {
  let answer: string | null = null;
  /** What an interrupted input asked for is nobody's answer. */
  let asked = 0;
  return {
    otherRead: (name) => {
      if (!engine.canWait) throw 'EACCES\nvariables of Python cannot be read here, as nothing can wait';
      const mine = ++asked;
      const settle = (text: string): void => {
        if (mine === asked) answer = text;
      };
      answer = null;
      const reading = turn().readOther(readText(name));
      engine.polls.waitFor(
        reading.then(
          (text) => settle(`+${text}`),
          (error) => settle(refusal(error)),
        ),
      );
      return undefined;
    },
    otherTake: () => answer,
  } satisfies Record<string, HostCall>;
}

function refusal(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${error instanceof VariableError && error.isMissing ? '?' : '-'}${message}`;
}
