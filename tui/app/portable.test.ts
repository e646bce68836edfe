/** The app needs nothing of Node: it bundles for a browser. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the app may import. Ink itself needs aliases for its Node modules in a page; our files need none. */
const PACKAGES = ['ink', 'react/jsx-runtime', 'string-width'];

it('bundles for a browser from its own folders and these packages alone', async () => {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ['tui/app/main.tsx', 'tui/client/sanitize.ts'],
    bundle: true,
    write: false,
    outdir: 'unused',
    metafile: true,
    platform: 'browser',
    format: 'esm',
    jsx: 'automatic',
    packages: 'external',
    logLevel: 'silent',
  });
  const files = Object.keys(result.metafile.inputs);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !/^(tui\/app|tui\/client|protocol)\//.test(file))).toEqual([]);
  const imports = Object.values(result.metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect([...new Set(imports)].sort()).toEqual(PACKAGES);
  for (const { text } of result.outputFiles) expect(text).not.toMatch(/\bprocess\.|\bBuffer\.|\bglobal\.|\brequire\(/);
});
