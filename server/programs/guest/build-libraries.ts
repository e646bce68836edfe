/** `npm run build`: the libraries that run in a program's isolate, each as one module, in dist/programs/. */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { createFsFromVolume, Volume } from 'memfs';

const OUT = 'dist/programs';

export async function buildProgramLibraries(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await bundle('memfs', "export { createFsFromVolume, Volume } from 'memfs';");
  await bundle('plain-data', "export * from './server/kernels/javascript/guest/core/plain-data.ts';");
  await bundle('file-range', "export * from './server/http/file-range.ts';");
  await bundle('wasi-shim', "export * from '@bjorn3/browser_wasi_shim';");
  const fs = createFsFromVolume(new Volume());
  const promises = Object.getOwnPropertyNames(Object.getPrototypeOf(fs.promises));
  await writeFile(join(OUT, 'fs.guest.js'), facade('fs', Object.keys(fs)));
  await writeFile(join(OUT, 'fs-promises.guest.js'), facade('promises', [...promises, ...Object.keys(fs.promises)]));
}

/** A module with the properties of `object` as its exports, as `node:fs` has them. */
function facade(object: string, names: readonly string[]): string {
  const exported = [...new Set(names)].filter((name) => !/^(_.*|constructor|fs)$/.test(name)).sort();
  return `import { ${object} as all } from './files.guest.js';
export const { ${exported.join(', ')} } = all;
export default all;
`;
}

async function bundle(name: string, contents: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: '.' },
    outfile: join(OUT, `${name}.guest.js`),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [builtIns],
    logLevel: 'warning',
  });
}

/** What a library takes from Node with `require` becomes an import, which is all that the runtime has. */
const builtIns: Plugin = {
  name: 'built-ins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(buffer|events|path|process|stream|url)$/ }, ({ path, namespace }) =>
      namespace === 'built-in'
        ? { path, external: true }
        : { path: `node:${path.replace('node:', '')}`, namespace: 'built-in' },
    );
    onLoad({ filter: /./, namespace: 'built-in' }, ({ path }) => ({
      contents: `export * from ${JSON.stringify(path)}; export { default } from ${JSON.stringify(path)};`,
    }));
  },
};
