/** What wrangler.toml says, for Miniflare. A test compares the two. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { MiniflareOptions, WorkerOptions } from 'miniflare';
import { LocalServerError, oneLine } from './local-server-error.ts';

/** The Worker's name. Durable Objects are stored under it, so it never changes. */
export const WORKER_NAME = 'spawnpoint-cf';
const COMPATIBILITY_DATE = '2026-04-01';
const COMPATIBILITY_FLAGS = ['nodejs_compat'];
const DURABLE_OBJECTS = {
  SANDBOX: { className: 'Sandbox', useSQLite: true },
  ACCOUNT: { className: 'Account', useSQLite: true },
};
/** Kept by the runner: guests' code and what it stores. */
const RUNNER_OBJECTS = { PREVIEW: { className: 'Preview', useSQLite: true } };

/** For all kernels at work: seven or eight of Python. */
const KERNEL_MEMORY_MIB = '256';

/** The entry of a built Worker's directory. */
const MAIN_MODULE = 'worker.js';

type Modules = Exclude<NonNullable<Extract<WorkerOptions, { modules: unknown }>['modules']>, boolean>;

/** What a module is, by the end of its name; the first that fits counts. */
const MODULE_TYPES: ReadonlyArray<readonly [string, Modules[number]['type']]> = [
  ['.js', 'ESModule'],
  ['.txt', 'Text'],
  ['.wasm', 'CompiledWasm'],
  ['.so', 'CompiledWasm'],
  ['.bin', 'Data'],
];

/**
 * The modules of a built Worker: its entry, then from small to large. Miniflare copies all that it has so far whenever
 * it adds one.
 * @throws LocalServerError `BOOT_FAILED` when the directory holds none.
 */
export function readModules(workerDirectory: string): Modules {
  try {
    const paths = readdirSync(workerDirectory, { recursive: true, encoding: 'utf8' }).map((path) =>
      path.split(sep).join('/'),
    );
    const modules = paths.flatMap((path) => {
      const type = MODULE_TYPES.find(([end]) => path.endsWith(end))?.[1];
      return type ? [{ type, path, contents: readFileSync(join(workerDirectory, path)) }] : [];
    });
    const main = modules.findIndex((module) => module.path === MAIN_MODULE);
    if (main < 0) throw new Error(`there is no ${MAIN_MODULE} in it`);
    const entry = modules.splice(main, 1);
    return [...entry, ...modules.toSorted((a, b) => a.contents.length - b.contents.length)];
  } catch (error) {
    throw new LocalServerError(
      'BOOT_FAILED',
      `Cannot read the server's program in ${workerDirectory}: ${oneLine(error)}. Install spawnpoint-cf again (in a clone: npm run build).`,
    );
  }
}

export interface MainWorker {
  readonly modules: Modules;
  /** Absolute directory of the files beside the script. Without it there is no Python. */
  readonly assets: string;
  /** Absolute directory of all that persists. */
  readonly storage: string;
  readonly tokenSecret: string;
  readonly runnerSecret: string;
  /** `host:port` where requests to the runner go. */
  readonly runnerAddress: string;
  /** Where programs get packages from; null for the Worker's own choice. */
  readonly esmCdn: string | null;
  /** See DaemonOptions. */
  readonly pythonIndex: string | null;
  /** `host:port` below whose names previews are found. */
  readonly previewDomain: string;
}

export interface RunnerWorker {
  readonly modules: Modules;
  /** Absolute directory of what previews keep. */
  readonly storage: string;
  readonly secret: string;
  readonly previewDomain: string;
  /** `host:port` of the workerd that holds the sessions. */
  readonly sessionsAddress: string;
}

/** The workerd that holds the sessions, listening on 127.0.0.1 at `port` (0: any). */
export function mainOptions(worker: MainWorker, port: number): MiniflareOptions {
  return {
    ...common(worker.modules, port),
    durableObjects: DURABLE_OBJECTS,
    durableObjectsPersist: join(worker.storage, 'durable-objects'),
    r2Buckets: ['FILES'],
    r2Persist: join(worker.storage, 'r2'),
    bindings: {
      TOKEN_SECRET: worker.tokenSecret,
      RUNNER_SECRET: worker.runnerSecret,
      OWN_HOSTS: '127.0.0.1,localhost',
      KERNEL_MEMORY_MIB,
      PREVIEW_DOMAIN: worker.previewDomain,
      ...(worker.esmCdn === null ? {} : { ESM_CDN_URL: worker.esmCdn }),
      ...(worker.pythonIndex === null ? {} : { PYTHON_INDEX_URL: worker.pythonIndex }),
    },
    serviceBindings: {
      RUNNER: { external: { address: worker.runnerAddress, http: {} } },
      ...(worker.esmCdn === null ? {} : { ESM_CDN: anyNetwork }),
      ...(worker.pythonIndex === null ? {} : { PYTHON_INDEX: anyNetwork }),
      ...(existsSync(worker.assets) ? { ASSETS: { disk: { path: worker.assets, writable: false } } } : {}),
    },
  };
}

/**
 * The workerd that runs programs and serves previews. It owns only what previews store: it has no sessions, no files and
 * not the secret of the tokens, so a program that broke out of its isolate would find none of them.
 */
export function runnerOptions(runner: RunnerWorker, port: number): MiniflareOptions {
  return {
    ...common(runner.modules, port),
    durableObjects: RUNNER_OBJECTS,
    durableObjectsPersist: runner.storage,
    bindings: {
      RUNNER_SECRET: runner.secret,
      OWN_HOSTS: '127.0.0.1,runner',
      PREVIEW_DOMAIN: runner.previewDomain,
    },
    serviceBindings: { SESSIONS: { external: { address: runner.sessionsAddress, http: {} } } },
  };
}

/** workerd judges the resolved address: nothing on this machine or its network can be reached. */
export const publicNetwork = { network: { allow: ['public'], deny: [], tlsOptions: { trustBrowserCas: true } } };

/** The way to services that the operator chose, on this machine too. Sessions are given it for those alone. */
const anyNetwork = {
  network: { allow: ['public', 'private'], deny: [], tlsOptions: { trustBrowserCas: true } },
};

function common(modules: Modules, port: number) {
  return {
    name: WORKER_NAME,
    modules,
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: COMPATIBILITY_FLAGS,
    workerLoaders: { LOADER: {} },
    // Miniflare would look the machine's place up on the network.
    cf: false as const,
    host: '127.0.0.1',
    // Past Miniflare's own entry Worker, which costs half a millisecond a request and answers paths of its own.
    unsafeDirectSockets: [{ host: '127.0.0.1', port }],
    outboundService: publicNetwork,
    stripCfConnectingIp: false,
  };
}
