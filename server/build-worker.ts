/**
 * Bundles the Worker into dist/worker/: `worker.js` and, beside it, the modules that the platform takes as they are.
 * The embedded server and `wrangler deploy` run these same files.
 */

import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const OUT = 'dist/worker';

export async function buildWorker(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await build({
    entryPoints: ['server/worker.ts'],
    outfile: join(OUT, 'worker.js'),
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
    plugins: [platformModules, guestText],
    logLevel: 'warning',
  });
}

/** Wasm and data are modules of their own, next to the bundle: the platform compiles them, no code does at run time. */
const platformModules: Plugin = {
  name: 'platform-modules',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\.(wasm|so|bin)$/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === 'resolving') return undefined;
      const resolved = await resolve(path, { resolveDir, kind, pluginData: 'resolving' });
      if (resolved.errors.length > 0) return resolved;
      const name = basename(resolved.path);
      await copyFile(resolved.path, join(OUT, name));
      return { path: `./${name}`, external: true };
    });
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
