/**
 * Bundles the Worker: `worker.js` and, beside it, the modules that the platform takes as they are. The embedded server
 * and `wrangler deploy` run the same files, dist/worker/. The free plan's script has no room for Python: dist/worker-free/.
 */

import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export async function buildWorkers(): Promise<void> {
  await buildWorker('dist/worker', []);
  await buildWorker('dist/worker-free', [withoutPython]);
}

async function buildWorker(directory: string, plugins: Plugin[]): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await build({
    entryPoints: ['server/worker.ts'],
    outfile: join(directory, 'worker.js'),
    bundle: true,
    // Names stay as they are, for stack traces: keeping them beside shorter ones costs a call for each function that is made.
    minifySyntax: true,
    minifyWhitespace: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    plugins: [...plugins, platformModules(directory), guestText],
    logLevel: 'warning',
  });
}

/**
 * Wasm and data are modules of their own, next to the bundle: the platform compiles them, no code does at run time.
 * So is the glue of Python, which is read only when there is a Python kernel.
 */
const platformModules = (directory: string): Plugin => ({
  name: 'platform-modules',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /(\.(wasm|so|bin)|\/glue\.js)$/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === 'resolving') return undefined;
      const resolved = await resolve(path, { resolveDir, kind, pluginData: 'resolving' });
      if (resolved.errors.length > 0) return resolved;
      const name = basename(resolved.path);
      await copyFile(resolved.path, join(directory, name));
      return { path: `./${name}`, external: true };
    });
  },
});

const withoutPython: Plugin = {
  name: 'without-python',
  setup({ onResolve }) {
    onResolve({ filter: /\/python\/factories\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path, '../no-factories.ts'),
    }));
  },
};

/** Code of guests travels as text. */
const guestText: Plugin = {
  name: 'guest-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.guest\.js$/ }, async ({ path }) => {
      return { contents: await readFile(path, 'utf8'), loader: 'text' };
    });
  },
};
