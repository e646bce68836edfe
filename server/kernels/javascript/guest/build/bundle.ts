/** Bundles the prelude into the one script that the base build evaluates. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { patchInspect } from './inspect-patches.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const inspect: Plugin = {
  name: 'inspect',
  setup({ onLoad }) {
    onLoad({ filter: /node-inspect-extracted[\\/]dist[\\/]inspect\.js$/ }, async ({ path: file }) => ({
      contents: patchInspect(await readFile(file, 'utf8'), path('../print/inspect-hooks.ts')),
      resolveDir: path('..'),
    }));
  },
};

/**
 * The globals that the prelude and its packages use, taken when it is evaluated: a user who types `const URL = '…'`
 * shadows the global for the session's code, not for the prelude's.
 */
const CAPTURED =
  'Array, ArrayBuffer, BigInt, DOMException, DataView, Date, Error, Function, Headers, JSON, Map, Math, Number, Object, ' +
  'Promise, Proxy, RangeError, Reflect, RegExp, Set, SharedArrayBuffer, String, Symbol, TextDecoder, TextEncoder, ' +
  'TypeError, URL, URLSearchParams, Uint32Array, Uint8Array, WeakMap, WeakSet, decodeURIComponent, queueMicrotask';

/**
 * The prelude as the text of a classic script whose completion value is a `GuestEntry`. The same sources give the same
 * text, byte for byte: the engine id depends on it.
 */
export async function bundleGuest(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path('../entry.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'guest',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    plugins: [inspect],
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild wrote no bundle');
  return `(() => {const {${CAPTURED}} = globalThis;\n${text}\nreturn guest.entry;\n})()`;
}
