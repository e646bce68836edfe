/**
 * Bundles the Worker: `worker.js` and, beside it, the modules that the platform takes as they are. The embedded server
 * and `wrangler deploy` run the same files, dist/worker/. The free plan's script has no room for Python: dist/worker-free/.
 * The embedded server's runner, which is started anew whenever a program had to be ended with it, is given its part of
 * the code alone: dist/runner/.
 */

import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export async function buildWorkers(): Promise<void> {
  await buildWorker('dist/worker', 'server/worker.ts', []);
  await buildWorker('dist/worker-free', 'server/worker.ts', [withoutPython]);
  await buildWorker('dist/runner', 'server/runner-worker.ts', []);
}

/** Bundles the Worker whose source is `entry` into `directory`, which is emptied first. */
export async function buildWorker(directory: string, entry: string, plugins: Plugin[]): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await build({
    entryPoints: [entry],
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
    plugins: [...plugins, platformModules(directory), guestText(directory), withoutErrors],
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

/** Code of guests travels as text, in modules of its own: in a script, V8 would read all of it at each start. */
const guestText = (directory: string): Plugin => ({
  name: 'guest-text',
  setup({ onResolve }) {
    onResolve({ filter: /\.guest\.js$/ }, async ({ path, resolveDir }) => {
      const name = basename(path).replace(/js$/, 'txt');
      await copyFile(join(resolveDir, path), join(directory, name));
      return { path: `./${name}`, external: true };
    });
  },
});

/**
 * While it is loaded, msgpack provokes one error, to see whether DataView throws what it should, and makes another, to be
 * thrown later. For each that is made there, V8 parses the whole bundle a second time, to say on which line that was.
 */
const withoutErrors: Plugin = {
  name: 'without-errors',
  setup({ onLoad }) {
    onLoad({ filter: /\/@msgpack\/msgpack\/.*\/Decoder\.mjs$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const [line, made] = /^const MORE_DATA = (new RangeError\(.*\));$/m.exec(code) ?? [];
      if (!line || !code.includes('EMPTY_VIEW.getInt8(0);')) throw new Error(`${path} is no longer what it was.`);
      const late = code.replace(line, '').replaceAll('throw MORE_DATA;', `throw ${made};`);
      return { contents: late.replace('EMPTY_VIEW.getInt8(0);', '') };
    });
  },
};
