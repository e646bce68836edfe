/** A Worker of the benchmarks' own in a workerd of its own, with the options of the embedded server. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { buildWorker } from '../../../server/build-worker.ts';
import { readModules } from '../../../server/local/miniflare-options.ts';

interface PlainObjects {
  readonly binding: string;
  readonly className: string;
  /** Absolute path of the directory with the Durable Objects of all Workers. */
  readonly persist: string;
}

export interface PlainWorkerOptions {
  /** File name in `workers/`: a `.js` as it is, a `.ts` with what it imports. */
  readonly script: string;
  /** Its Durable Object, if it has one. */
  readonly objects: PlainObjects | null;
  /** The name of the Worker: Durable Objects are stored under it. */
  readonly name: string;
  /** Another file in `workers/`, whose code the script is given as GUEST, to run it through its LOADER. */
  readonly guest?: string;
}

/** Calls `use` with the URL at which the Worker answers, then ends it. */
export async function withPlainWorker<Result>(
  { script, objects, name, guest }: PlainWorkerOptions,
  use: (url: URL) => Promise<Result>,
): Promise<Result> {
  const pathOf = (file: string) => fileURLToPath(new URL(`../workers/${file}`, import.meta.url));
  const modules = await modulesOf(pathOf(script));
  const bindings = guest === undefined ? {} : { GUEST: await readFile(pathOf(guest), 'utf8') };
  const miniflare = new Miniflare({
    name,
    modules,
    bindings,
    workerLoaders: { LOADER: {} },
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    cf: false,
    host: '127.0.0.1',
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    stripCfConnectingIp: false,
    ...(objects === null
      ? {}
      : {
          durableObjects: { [objects.binding]: { className: objects.className, useSQLite: true } },
          durableObjectsPersist: objects.persist,
        }),
  });
  try {
    return await use(await miniflare.unsafeGetDirectURL());
  } finally {
    await miniflare.dispose();
  }
}

async function modulesOf(path: string): Promise<ReturnType<typeof readModules>> {
  if (path.endsWith('.js')) return [{ type: 'ESModule', path: 'worker.js', contents: await readFile(path) }];
  const directory = await mkdtemp(join(tmpdir(), 'spawnpoint-bench-'));
  try {
    await buildWorker(directory, path, []);
    return readModules(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
