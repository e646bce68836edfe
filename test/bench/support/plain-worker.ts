/** A Worker of the benchmarks' own in a workerd of its own, with the options of the embedded server. */

import { readFile } from 'node:fs/promises';
import { Miniflare } from 'miniflare';

interface PlainObjects {
  readonly binding: string;
  readonly className: string;
  /** Absolute path of the directory with the Durable Objects of all Workers. */
  readonly persist: string;
}

export interface PlainWorkerOptions {
  /** File name in `workers/`. */
  readonly script: string;
  /** Its Durable Object, if it has one. */
  readonly objects: PlainObjects | null;
  /** The name of the Worker: Durable Objects are stored under it. */
  readonly name: string;
  /** Another file in `workers/`, which the script imports as text, and runs through its LOADER. */
  readonly guest?: string;
}

/** Calls `use` with the URL at which the Worker answers, then ends it. */
export async function withPlainWorker<Result>(
  { script, objects, name, guest }: PlainWorkerOptions,
  use: (url: URL) => Promise<Result>,
): Promise<Result> {
  const read = (file: string) => readFile(new URL(`../workers/${file}`, import.meta.url), 'utf8');
  const contents = await read(script);
  const texts =
    guest === undefined ? [] : [{ type: 'Text' as const, path: `${guest}.txt`, contents: await read(guest) }];
  const miniflare = new Miniflare({
    name,
    modules: [{ type: 'ESModule', path: 'worker.js', contents }, ...texts],
    ...(guest === undefined ? {} : { workerLoaders: { LOADER: {} } }),
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
