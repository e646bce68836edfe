/** Turns what is served into the modules of an isolate. Pure but for hashing. */

import { decode, encode } from '@msgpack/msgpack';
import { getMimeType } from 'hono/utils/mime';
import type { NetworkList } from '../egress/network-list.ts';
import type { Snapshot } from '../programs/asks.ts';
import { type BuiltModule, buildProgram } from '../programs/build/build.ts';
import { BuildError } from '../programs/build/build-error.ts';
import type { ProgramSources } from '../programs/build/sources.ts';
import { previewFileModules, previewGuestModules } from '../programs/guest/modules.ts';
import type { SourceFile } from '../programs/program.ts';
import type { StoredFile } from './contract.ts';
import { hashOf } from './hash.ts';
import type { PreviewContent } from './load.ts';
import { type GivenFiles, givenFiles, type StoredFiles, storeFiles } from './preview-files.ts';

/** The class in the main module that answers requests; its other exports are the user's. */
export const MAIN_MODULE = 'spawnpoint:preview';

/** As the Worker Loader takes them, but for what is binary, which is bytes. */
type StoredModules = Record<
  string,
  Exclude<BuiltModule, { wasm: ArrayBuffer }> | { data: Uint8Array } | { wasm: Uint8Array }
>;

/** What is stored and loaded: `hash` names the content, so that an isolate never runs older code under its name. */
export interface BuiltPreview extends PreviewContent {
  readonly hash: string;
}

interface Parts {
  /** What the files beside a page are taken from. */
  readonly sent: readonly SourceFile[];
  readonly beyond: readonly StoredFile[];
  readonly sources: ProgramSources;
  readonly network: NetworkList;
  /** Called only for code that may read the session's files. */
  snapshot(): Promise<Snapshot>;
}

/** Throws `BuildError`; the rest is what `sources` and `snapshot` throw. */
export async function buildPreview(entry: string, parts: Parts): Promise<BuiltPreview> {
  const { sent, beyond, sources, network, snapshot } = parts;
  const { modules, usesFiles } = isPage(entry)
    ? { modules: await filesModules(entry, sent, beyond), usesFiles: false }
    : await appModules(entry, sources);
  const code = encode(modules);
  const hash = await hashOf(encode([await hashOf(code), network.allow, network.deny]));
  return { hash, code, network, files: usesFiles ? await storeFiles(await snapshot()) : null };
}

/** All modules of the isolate that runs `code`. */
export function loadableModules({ code, files }: PreviewContent): Record<string, WorkerLoaderModule> {
  const stored = decode(code) as StoredModules;
  const modules: Record<string, WorkerLoaderModule> = { ...previewGuestModules, ...fileModules(files) };
  for (const [name, module] of Object.entries(stored)) {
    if ('data' in module) modules[name] = { data: module.data.slice().buffer };
    else if ('wasm' in module) modules[name] = { wasm: module.wasm.slice().buffer };
    else modules[name] = module;
  }
  return modules;
}

function isPage(entry: string): boolean {
  return /\.html?$/i.test(entry);
}

/** Files stand for `node:fs`, and are there before the code that may read them is evaluated. */
function fileModules(files: StoredFiles | null): Record<string, WorkerLoaderModule> {
  if (files === null) return {};
  const { contents, ...json }: GivenFiles = givenFiles(files);
  const data = contents.slice().buffer;
  return { ...previewFileModules, 'spawnpoint:files/index': { json }, 'spawnpoint:files/contents': { data } };
}

interface AppModules {
  readonly modules: StoredModules;
  readonly usesFiles: boolean;
}

async function appModules(entry: string, sources: ProgramSources): Promise<AppModules> {
  const { modules, exports, usesFiles, columns } = await buildProgram(entry, sources, 'library');
  const stored: StoredModules = {};
  for (const [name, module] of Object.entries(modules)) {
    stored[name] = 'wasm' in module ? { wasm: new Uint8Array(module.wasm) } : module;
  }
  // Durable Object classes must be exports of the main module itself.
  const objects = exports.map(
    (name, number) => `const $${number} = exported(app.${name}); export { $${number} as ${name} };\n`,
  );
  const main =
    `import { exported, serve } from 'spawnpoint:preview.guest.js';\n` +
    `import 'spawnpoint:stacks';\n` +
    (usesFiles ? `import * as files from 'spawnpoint:preview-volume.guest.js';\n` : '') +
    `import * as app from ${JSON.stringify(`/${entry}`)};\n` +
    `export default serve(app${usesFiles ? ', files' : ''});\n${objects.join('')}`;
  // Evaluated before the user's modules, whose errors it is for.
  const stacks =
    `import { installStacks } from 'spawnpoint:stack.guest.js';\n` +
    `installStacks({ entry: null, columns: new Map(${JSON.stringify([...columns])}) });\n`;
  return { modules: { ...stored, 'spawnpoint:stacks': { js: stacks }, [MAIN_MODULE]: { js: main } }, usesFiles };
}

/** The page is at `/`; everything is found at its path from the directory of the page. */
async function filesModules(
  entry: string,
  sources: readonly SourceFile[],
  beyond: readonly StoredFile[],
): Promise<StoredModules> {
  const directory = entry.slice(0, entry.lastIndexOf('/') + 1);
  const modules: StoredModules = {};
  const imports = ["import { filesHandler } from 'spawnpoint:preview-files.guest.js';"];
  const rows: string[] = [];
  const add = (path: string, contents: string, facts: { version: string; size: number }): void => {
    if (!path.startsWith(directory)) throw new BuildError(`${path} is not below the directory of ${entry}.`);
    const type = getMimeType(path) ?? 'application/octet-stream';
    const row = JSON.stringify({ path, type, ...facts }).replace(/^\{/, `{contents:${contents},`);
    rows.push(`[${JSON.stringify(path.slice(directory.length))}, ${row}]`);
  };
  for (const [number, { path, bytes }] of sources.entries()) {
    const module = `spawnpoint:file/${number}`;
    modules[module] = { data: bytes };
    imports.push(`import file${number} from ${JSON.stringify(module)};`);
    add(path, `file${number}`, { version: await hashOf(bytes), size: bytes.length });
  }
  for (const { path, version, size } of beyond) add(path, 'null', { version, size });
  const index = JSON.stringify(entry.slice(directory.length));
  const app = `${imports.join('\n')}\nexport default (read) => filesHandler(new Map([${rows.join(',\n')}]), ${index}, read);\n`;
  const main =
    "import { readSession, serve } from 'spawnpoint:preview.guest.js';\nimport app from 'spawnpoint:files';\n" +
    'export default serve({ default: app(readSession) });\n';
  return { ...modules, 'spawnpoint:files': { js: app }, [MAIN_MODULE]: { js: main } };
}
