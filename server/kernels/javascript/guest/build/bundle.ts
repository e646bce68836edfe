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
  return `(() => {${text}\nreturn guest.entry;\n})()`;
}
