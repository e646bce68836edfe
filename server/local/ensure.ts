/** Joins the embedded server of the user's data directory, or starts it: what `npx spawnpoint-cf` does first. */

import { setTimeout as delay } from 'node:timers/promises';
import type { DaemonOptions } from './daemon-options.ts';
import { dataPaths, makePrivateDirectory, socketPath, userDirectories } from './directories.ts';
import { compareVersions, type Installation, installation } from './installation.ts';
import { type Hello, Lifeline } from './lifeline-client.ts';
import { LocalServerError, type LocalServerErrorCode } from './local-server-error.ts';
import { readLock } from './lock.ts';
import { isAlive, waitForEnd } from './processes.ts';
import { startDaemon } from './start-daemon.ts';
import { mintToken, readSecret, type TokenRole } from './tokens.ts';

const DEFAULT_IDLE_MS = 10 * 60 * 1000;
/** A boot takes under a second; one that takes this long has hung. */
const BOOT_MS = 60_000;
/** How long a live daemon may take from its lock to its socket. */
const SOCKET_MS = 5_000;

/** How long the token of the greeting is used: half of the day for which it is valid. */
const FRESH_MS = 12 * 60 * 60 * 1000;
/** A daemon may end while one joins it: of old age, or by `server stop`. Not over and over. */
const MOST_STARTS = 5;

export interface EnsureOptions {
  /** The client's environment: SPAWNPOINT_HOME, SPAWNPOINT_PORT, SPAWNPOINT_IDLE_MS, SPAWNPOINT_ESM_CDN, SPAWNPOINT_PYTHON_INDEX and the XDG variables count. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another installation than the one this file belongs to. */
  readonly installation?: Installation;
  /** False: a server that does not run is not started. */
  readonly mayStart?: boolean;
}

export interface LocalServer {
  /** Where the server answers, without a slash at the end. */
  readonly url: string;
  /** The daemon's process. */
  readonly pid: number;
  /** Whether this call started the daemon. */
  readonly started: boolean;
  /** A token for the local user, valid for at least half a day. The owner's if not said otherwise. */
  token(role?: TokenRole): Promise<string>;
  /** Resolves when the daemon ends. A new `ensureServer` then starts another one, perhaps elsewhere. */
  readonly ended: Promise<void>;
  /** Whether it ended because its user wanted that (`server stop`). */
  readonly wasStopped: boolean;
  /** Gives up the lifeline: the daemon no longer counts this client. The end of the process does the same. */
  close(): void;
}

/**
 * Joins the daemon of the data directory, or starts one and waits until it answers. The server stays up at least as
 * long as this process lives or until `close()`; holding it does not keep the process from ending.
 * @throws LocalServerError with one sentence for the user.
 */
export async function ensureServer(options: EnsureOptions): Promise<LocalServer> {
  if (process.platform === 'win32') {
    throw new LocalServerError(
      'PLATFORM',
      'The embedded server runs on Linux and macOS. On Windows use WSL, or --url.',
    );
  }
  const { version, daemonEntry, workerDirectory, runnerDirectory } = options.installation ?? installation();
  const { data } = userDirectories(options.env);
  const daemon = (): DaemonOptions => ({
    dataDirectory: data,
    workerDirectory,
    runnerDirectory,
    version,
    socket: socketPath(data, options.env),
    port: wholeNumber(options.env, 'SPAWNPOINT_PORT', 0, 65_535),
    idleMs: wholeNumber(options.env, 'SPAWNPOINT_IDLE_MS', DEFAULT_IDLE_MS, 2 ** 31 - 1),
    esmCdn: webAddress(options.env, 'SPAWNPOINT_ESM_CDN'),
    pythonIndex: webAddress(options.env, 'SPAWNPOINT_PYTHON_INDEX'),
  });
  for (let starts = 0; ; ) {
    const lifeline = await join(data);
    if (!lifeline) {
      if (options.mayStart === false) {
        throw new LocalServerError('STOPPED', 'The server was stopped. Any command that needs it starts it again.');
      }
      if (starts++ === MOST_STARTS) {
        throw new LocalServerError(
          'BOOT_FAILED',
          `The local server ends again and again (see ${dataPaths(data).log}).`,
        );
      }
      makePrivateDirectory(data);
      await startDaemon(daemonEntry, daemon());
      continue;
    }
    const hello = await greeting(lifeline, dataPaths(data).log);
    if (!hello && starts === 0) continue;
    if (!hello)
      throw new LocalServerError(
        'BOOT_FAILED',
        `The local server ended while it started (see ${dataPaths(data).log}).`,
      );
    if (hello.version === version) return localServer(data, hello, lifeline, starts > 0);
    await replace(lifeline, hello, version, data);
  }
}

/** Connects to the live daemon, or resolves with undefined when there is none. */
async function join(data: string): Promise<Lifeline | undefined> {
  const { lock } = dataPaths(data);
  const deadline = performance.now() + SOCKET_MS;
  for (;;) {
    const holder = readLock(lock);
    if (!holder) return undefined;
    const lifeline = await Lifeline.connect(holder.socket);
    if (lifeline) return lifeline;
    if (!isAlive(holder)) return undefined;
    if (performance.now() > deadline) {
      const text = `The local server (process ${holder.pid}) does not answer. End it with: spawnpoint-cf server stop`;
      throw new LocalServerError('UNRESPONSIVE', text);
    }
    await delay(5);
  }
}

/** The daemon's first message, which comes when the server answers; undefined when the daemon ended without a word. */
async function greeting(lifeline: Lifeline, log: string): Promise<Hello | undefined> {
  const message = await lifeline.next(BOOT_MS);
  if (message?.type === 'hello') return message;
  const closed = lifeline.closed;
  lifeline.close();
  if (message?.type === 'failed') throw new LocalServerError(message.code as LocalServerErrorCode, message.message);
  if (closed) return undefined;
  throw new LocalServerError(
    'UNRESPONSIVE',
    `The local server did not start within ${BOOT_MS / 1000} seconds (see ${log}).`,
  );
}

/** Ends a daemon of an older version that nobody else uses. Resolves when its directory is free. */
async function replace(lifeline: Lifeline, hello: Hello, version: string, data: string): Promise<void> {
  const named = `The local server (process ${hello.pid}) is version ${hello.version || 'unknown'}, this is version ${version}`;
  try {
    if (compareVersions(hello.version, version) > 0) {
      throw new LocalServerError(
        'VERSION',
        `${named}: update this one, or end the server with: spawnpoint-cf server stop`,
      );
    }
    const holder = readLock(dataPaths(data).lock);
    lifeline.askToReplace();
    const answer = await lifeline.next(SOCKET_MS);
    if (answer?.type === 'busy') {
      const text = `${named}, and other terminals still use it: leave them, or end it with: spawnpoint-cf server stop`;
      throw new LocalServerError('VERSION', text);
    }
    if (holder && holder.pid === hello.pid && !(await waitForEnd(holder, SOCKET_MS))) {
      throw new LocalServerError('VERSION', `${named} and does not end: end it with: spawnpoint-cf server stop`);
    }
  } finally {
    lifeline.close();
  }
}

function localServer(data: string, hello: Hello, lifeline: Lifeline, started: boolean): LocalServer {
  lifeline.unref();
  const greeted = Date.now();
  return {
    url: hello.url,
    pid: hello.pid,
    started,
    ended: lifeline.ended,
    get wasStopped() {
      return lifeline.wasStopped;
    },
    close: () => lifeline.close(),
    token: async (role = 'owner') => {
      // The daemon's own, unless a terminal that was left open needs a new one: a new process would load a library.
      if (role === 'owner' && Date.now() - greeted < FRESH_MS) return hello.token;
      const { secret: path } = dataPaths(data);
      const secret = readSecret(path);
      if (!secret) throw new LocalServerError('DIRECTORY', `The local server's secret in ${path} cannot be read.`);
      return mintToken(secret, role);
    },
  };
}

/** Null if it is not set. */
function webAddress(env: EnsureOptions['env'], name: string): string | null {
  const text = env[name];
  if (!text) return null;
  if (/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) return text;
  throw new LocalServerError('OPTION', `${name} must be an http or https URL, not '${text}'.`);
}

function wholeNumber(env: EnsureOptions['env'], name: string, fallback: number, limit: number): number {
  const text = env[name];
  if (!text) return fallback;
  if (/^\d{1,10}$/.test(text) && Number(text) > 0 && Number(text) <= limit) return Number(text);
  throw new LocalServerError('OPTION', `${name} must be a whole number from 1 to ${limit}, not '${text}'.`);
}
