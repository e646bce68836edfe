/** What the tests of the embedded server share: the daemon as it ships, a home of its own for each test, and its end. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { type EnsureOptions, ensureServer, type LocalServer } from './ensure.ts';
import type { Installation } from './installation.ts';
import { stopServer } from './stop.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

const fixtureWorker = join(here, 'fixtures', 'worker');

/** Bundles the daemon, as it ships, to a place from which miniflare is found. */
export function buildDaemon(name: string): Promise<string> {
  return bundle({ entryPoints: [join(here, 'daemon.ts')] }, name);
}

/** Bundles a process that calls `ensureServer` with the options it is sent, and answers with the url and pid. */
export function buildEnsure(name: string): Promise<string> {
  const contents = `
    import { ensureServer } from './ensure.ts';
    process.once('message', async (options) => {
      const { url, pid } = await ensureServer(options);
      process.send({ url, pid });
    });`;
  return bundle({ stdin: { contents, resolveDir: here, loader: 'ts' } }, name);
}

async function bundle(source: BuildOptions, name: string): Promise<string> {
  const outfile = join(here, '..', '..', 'node_modules', '.cache', 'spawnpoint-cf', `${name}.mjs`);
  const target = { platform: 'node', format: 'esm', target: 'node20' } as const;
  await build({ ...source, ...target, outfile, bundle: true, external: ['miniflare'], logLevel: 'error' });
  return outfile;
}

/** One test's data directory and whatever runs on it. */
export class TestHome {
  readonly directory = mkdtempSync(join(tmpdir(), 'spawnpoint-'));
  readonly env: Record<string, string>;
  readonly #installation: Installation;
  readonly #servers: LocalServer[] = [];

  constructor(daemonEntry: string, env: Record<string, string> = {}) {
    this.env = { SPAWNPOINT_HOME: this.directory, ...env };
    this.#installation = {
      version: '1.0.0',
      daemonEntry,
      workerDirectory: fixtureWorker,
      runnerDirectory: fixtureWorker,
    };
  }

  /** The options of `ensureServer` for this home. */
  options(installation: Partial<Installation> = {}): EnsureOptions {
    return { env: this.env, installation: { ...this.#installation, ...installation } };
  }

  async ensure(installation: Partial<Installation> = {}, mayStart = true): Promise<LocalServer> {
    const server = await ensureServer({ ...this.options(installation), mayStart });
    this.#servers.push(server);
    return server;
  }

  /** Ends everything on the directory, then removes it. */
  async dispose(): Promise<void> {
    for (const server of this.#servers) server.close();
    await stopServer(this.env);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
