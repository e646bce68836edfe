/** Build step: `dist/javascript/` with the interrupt switch, the base snapshot and the engine's identity. */

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import type { ModuleDefinition } from 'miniflare';
import { runBaseWorker } from '../build-base-worker.ts';
import { checkEngineLock } from './build-engine-lock.ts';
import { assembleInterruptSwitch } from './build-interrupt-switch.ts';
import { assembleMemoryComparer } from './build-memory-comparer.ts';
import { pollOften } from './build-poll-interval.ts';
import { markWrites } from './build-write-marks.ts';
import { bundleGuest } from './guest/build/bundle.ts';

const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const require = createRequire(import.meta.url);

const OUTPUT = here('../../../dist/javascript/');

/** The interpreter, of the package `quickjs-wasi`: it polls often and marks its writes once it is built. */
const INTERPRETER = ['quickjs.wasm', 'crypto.so', 'encoding.so', 'headers.so', 'structured-clone.so', 'url.so'];

export interface EngineBuild {
  /** sha256 over the Wasm modules and the base snapshot's contents, in hex. */
  readonly id: string;
  readonly base: Uint8Array;
}

/** Builds `dist/javascript/`. Throws if the engine id is not the committed one, unless `update`. */
export async function buildJavaScriptEngine(options: { readonly update: boolean }): Promise<void> {
  await mkdir(OUTPUT, { recursive: true });
  await writeFile(`${OUTPUT}interrupt-switch.wasm`, assembleInterruptSwitch());
  await writeFile(`${OUTPUT}memory-comparer.wasm`, assembleMemoryComparer());
  for (const file of INTERPRETER) {
    const module = await readFile(require.resolve(`quickjs-wasi/${file}`));
    await writeFile(`${OUTPUT}${file}`, markWrites(file === 'quickjs.wasm' ? pollOften(module) : module));
  }
  const { id, base } = await makeEngine();
  await checkEngineLock(here('./engine.lock.json'), id, options.update);
  await writeFile(`${OUTPUT}base.bin`, base);
  await writeFile(`${OUTPUT}engine.json`, `${JSON.stringify({ engine: id })}\n`);
}

/** The same sources give the same bytes. Needs the Wasm modules in `dist/javascript/`. */
export async function makeEngine(): Promise<EngineBuild> {
  const wasm: string[] = [];
  const worker = await bundleBaseWorker(wasm);
  const base = await makeBase(worker, wasm, {
    guest: await bundleGuest(),
    scope: await bundleScope(),
  });
  const hash = createHash('sha256');
  for (const path of wasm.toSorted()) hash.update(await readFile(path));
  return { id: hash.update(unpacked(base)).digest('hex'), base };
}

/** Header and memory. Compressed bytes may differ between platforms; the engine is the same. */
function unpacked(base: Uint8Array): Uint8Array {
  const headerEnd = 4 + new DataView(base.buffer, base.byteOffset).getUint32(0, true);
  return Buffer.concat([base.subarray(0, headerEnd), inflateRawSync(base.subarray(headerEnd))]);
}

/** Bundles the Worker and leaves its Wasm imports as imports of modules named by their path, which `wasm` collects. */
async function bundleBaseWorker(wasm: string[]): Promise<string> {
  const compiledModules: Plugin = {
    name: 'compiled-modules',
    setup({ onResolve }) {
      onResolve({ filter: /\.(wasm|so)$/ }, ({ path, resolveDir }) => {
        const file = fileURLToPath(new URL(path, `file://${resolveDir}/`));
        wasm.push(file);
        return { path: file, external: true };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [here('./base-worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    external: ['node:*'],
    plugins: [compiledModules],
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild wrote no bundle');
  return text;
}

/** The top-level scope as a function expression of `lexicals`. */
async function bundleScope(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('./scope/scope.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'scope',
    target: 'es2023',
    minify: true,
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild wrote no bundle');
  return `(function(lexicals){${text}return scope.entry})`;
}

async function makeBase(worker: string, wasm: readonly string[], sources: object): Promise<Uint8Array> {
  const modules: ModuleDefinition[] = [{ type: 'ESModule', path: '/base-worker.js', contents: worker }];
  for (const path of wasm) modules.push({ type: 'CompiledWasm', path, contents: await readFile(path) });
  return runBaseWorker(modules, sources);
}
