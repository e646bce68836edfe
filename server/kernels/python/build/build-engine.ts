/** Build step: `dist/python/` with what the interpreter needs, the base snapshot and the engine's identity. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import type { ModuleDefinition } from 'miniflare';
import { runBaseWorker } from '../../build-base-worker.ts';
import { checkEngineLock } from '../../javascript/build-engine-lock.ts';
import { assembleCheckCounter } from './check-counter.ts';
import { countFrames } from './count-frames.ts';
import { assemblePageHasher } from './page-hasher.ts';
import { patchGlue } from './patch-glue.ts';
import { writeSideModules } from './side-modules.ts';
import { assembleSignatures } from './signatures.ts';

const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const require = createRequire(import.meta.url);

const PYODIDE = dirname(require.resolve('pyodide/package.json'));
const OUTPUT = here('../../../../dist/python/');
/** Served by the platform, apart from the script. */
const ASSETS = here('../../../../dist/assets/python/');
/** What the base snapshot is made with; the engine's identity covers them. */
const MODULES = ['glue.js', 'python.wasm', 'sentinel.wasm', 'signatures.wasm', 'trampoline.wasm'];

interface EngineBuild {
  /** sha256 over the Wasm modules, the glue and the base snapshot's contents, in hex. */
  readonly id: string;
  /** JSON of `BaseHeader` of base-image.ts. */
  readonly header: Uint8Array;
  readonly memory: Uint8Array;
}

/**
 * Builds `dist/python/` and `dist/assets/python/`, unless they are there and made of the same sources: it takes seconds.
 * Throws if the engine id is not the committed one, unless `update`.
 */
export async function buildPythonEngine(options: { readonly update: boolean }): Promise<void> {
  const sources = await hashOfSources();
  let built = await readBuilt();
  if (built?.sources !== sources) {
    const { id, header, memory } = await makeEngine();
    await mkdir(ASSETS, { recursive: true });
    await copyFile(join(PYODIDE, 'python_stdlib.zip'), `${ASSETS}library.zip`);
    await writeFile(`${ASSETS}base.json`, header);
    await writeFile(`${ASSETS}base.bin`, deflateRawSync(memory, { level: 6 }));
    built = { engine: id, sources };
  }
  await writeSideModules(here('../side-modules.json'), OUTPUT);
  await checkEngineLock(here('../engine.lock.json'), built.engine, options.update);
  await writeFile(`${OUTPUT}engine.json`, `${JSON.stringify(built)}\n`);
}

/** Leaves the modules in `dist/python/`. The same sources give the same bytes. */
export async function makeEngine(): Promise<EngineBuild> {
  await mkdir(OUTPUT, { recursive: true });
  await writeModules();
  const answer = await makeBase(await bundleBaseWorker(), {
    library: (await readFile(join(PYODIDE, 'python_stdlib.zip'))).toString('base64'),
    packages: await readPackages(),
    start: await readFile(here('../start.py'), 'utf8'),
  });
  const hash = createHash('sha256');
  for (const name of MODULES) hash.update(await readFile(OUTPUT + name));
  const headerEnd = 4 + new DataView(answer.buffer, answer.byteOffset).getUint32(0, true);
  return {
    id: hash.update(answer).digest('hex'),
    header: answer.subarray(4, headerEnd),
    memory: answer.subarray(headerEnd),
  };
}

async function readBuilt(): Promise<{ engine: string; sources: string } | undefined> {
  const isWhole = [`${OUTPUT}engine.json`, `${ASSETS}base.bin`, `${ASSETS}library.zip`].every(existsSync);
  return isWhole ? JSON.parse(await readFile(`${OUTPUT}engine.json`, 'utf8')) : undefined;
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const own = ['build-engine', 'check-counter', 'count-frames', 'free-names', 'module-reader', 'page-hasher'];
  const steps = [...own, 'patch-glue', 'signatures'].map((name) => `./${name}.ts`);
  for (const file of [...steps, '../../build-base-worker.ts', '../../javascript/build-wasm.ts', '../start.py'])
    hash.update(await readFile(here(file)));
  for (const name of ['pyodide', 'miniflare']) hash.update(await readFile(require.resolve(`${name}/package.json`)));
  hash.update(JSON.stringify(await readPackages()));
  return hash.update(await bundleBaseWorker()).digest('hex');
}

async function writeModules(): Promise<void> {
  const original = await readFile(join(PYODIDE, 'pyodide.asm.mjs'), 'utf8');
  const { source, trampoline } = patchGlue(original);
  await writeFile(`${OUTPUT}glue.js`, source);
  await writeFile(`${OUTPUT}trampoline.wasm`, trampoline);
  await writeFile(`${OUTPUT}signatures.wasm`, assembleSignatures(original));
  await writeFile(`${OUTPUT}page-hasher.wasm`, assemblePageHasher());
  await writeFile(`${OUTPUT}check-counter.wasm`, assembleCheckCounter());
  await writeFile(`${OUTPUT}sentinel.wasm`, await readSentinel());
  await writeFile(`${OUTPUT}python.wasm`, countFrames(await readFile(join(PYODIDE, 'pyodide.asm.wasm'))));
}

/** The only Wasm module that Pyodide's own loader holds: it makes and recognises the reference that means an error. */
async function readSentinel(): Promise<Uint8Array> {
  const found = (await readFile(join(PYODIDE, 'pyodide.mjs'), 'utf8')).match(/"(AGFzbQE[A-Za-z0-9+/=]+)"/g) ?? [];
  const [module] = found;
  if (found.length !== 1 || module === undefined) throw new Error("Pyodide's loader is not the one that is known");
  return Buffer.from(module.slice(1, -1), 'base64');
}

/** The Python of the base snapshot, by path. */
async function readPackages(): Promise<Record<string, string>> {
  return { ...(await readPackage('driver', '_spawnpoint')), ...(await readPackage('host', '_spawnpoint_host')) };
}

async function readPackage(directory: string, name: string): Promise<Record<string, string>> {
  const root = here(`../${directory}/`);
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.py')).sort();
  const files = paths.map(async (path) => [`${name}/${path}`, await readFile(root + path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

async function bundleBaseWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('../base-worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    external: ['node:*', '*/glue.js', '*.wasm'],
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild wrote no bundle');
  return text.replaceAll('../../../dist/python/', './');
}

async function makeBase(worker: string, sources: object): Promise<Uint8Array> {
  const modules: ModuleDefinition[] = [{ type: 'ESModule', path: '/base-worker.js', contents: worker }];
  for (const path of MODULES) {
    const type = path.endsWith('.js') ? 'ESModule' : 'CompiledWasm';
    modules.push({ type, path: `/${path}`, contents: await readFile(OUTPUT + path) });
  }
  return runBaseWorker(modules, sources);
}
