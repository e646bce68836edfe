/** Turns the files of a program, and what they import, into modules that the Worker Loader takes. */

import { BuildError } from './build-error.ts';
import type { Columns } from './columns.ts';
import { applyEdits } from './edits.ts';
import type { ModuleFormat } from './parse.ts';
import { readRemote, remoteName } from './remote.ts';
import { resolveInFile, resolveInModule, type Target } from './resolve.ts';
import { ScriptExports } from './script-exports.ts';
import { sourceModule } from './source-module.ts';
import type { FoundSource, ProgramSources } from './sources.ts';

/** A module as the Worker Loader takes it. */
export type BuiltModule =
  | { readonly js: string }
  | { readonly cjs: string }
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly wasm: ArrayBuffer };

export interface BuiltProgram {
  /** The session path of what runs. */
  readonly entry: string;
  /** How the entry is called: see `wrapEntry`. */
  readonly format: ModuleFormat | 'wasi';
  /** Of each module whose columns moved, by its name. */
  readonly columns: ReadonlyMap<string, Columns>;
  /** The names of the program's own modules are their paths, so that stack traces show them. */
  readonly modules: Readonly<Record<string, BuiltModule>>;
  /** Whether any module names `fs`: only then does the program need the session's files. */
  readonly usesFiles: boolean;
  /** Whether any may import a module of the runtime, such as `node:process`: they take longer to load than a short program. */
  readonly usesBuiltins: boolean;
  /** The names that the entry exports in statements of its own, without `default`. */
  readonly exports: readonly string[];
}

/** The `fs` module by any of its names, however it is asked for. */
const namesFiles = /["'`](?:node:)?fs(?:\/promises)?["'`]/;

/** The one module that the runtime's own `require` does not find. */
const isProcess = /^(?:node:)?process$/;

/** What imports a module whose name may be known only when it runs. */
const importsLate = /\brequire\b|\bimport\b(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*\(/;

/**
 * Builds `entry` and what it imports, directly or not. Throws `BuildError`; the rest is what `sources` throws.
 * `use`: the entry of a program becomes callable; that of a library stays a module, which another one imports.
 */
export async function buildProgram(
  entry: string,
  sources: ProgramSources,
  use: 'program' | 'library' = 'program',
): Promise<BuiltProgram> {
  const found = await sources.find([entry]);
  if (found === null) throw new BuildError(`There is no file ${entry} to run.`);
  const build = new Build(sources);
  const { format, exports } = await build.addEntry(found, use === 'program');
  await build.settle();
  const { columns, modules, usesFiles, usesBuiltins } = build;
  return { entry, format, columns, modules, usesFiles, usesBuiltins, exports };
}

class Build {
  readonly #sources: ProgramSources;
  readonly modules: Record<string, BuiltModule> = Object.create(null);
  readonly columns = new Map<string, Columns>();
  usesFiles = false;
  usesBuiltins = false;
  /** Names of modules that are built or being built, so that circles end. */
  readonly #names = new Set<string>();
  /** The paths of those that are CommonJS. */
  readonly #scripts = new Set<string>();
  readonly #exports = new ScriptExports();
  /** The name of the module that each URL led to. */
  readonly #remotes = new Map<string, Promise<string>>();

  /** Modules of the network import each other in circles: who imports one waits for its name only. */
  readonly #unfinished: Promise<void>[] = [];

  constructor(sources: ProgramSources) {
    this.#sources = sources;
  }

  /** Resolves when all modules are there. */
  async settle(): Promise<void> {
    for (const module of this.#unfinished) await module;
    for (const [name, module] of this.#exports.modules()) this.modules[name] = module;
  }

  async addEntry(found: FoundSource, isCallable: boolean): Promise<Pick<BuiltProgram, 'format' | 'exports'>> {
    if (found.path.endsWith('.wasm')) {
      checkWasm(found);
      this.usesFiles = true;
      await this.#addFile(found, true);
      return { format: 'wasi', exports: [] };
    }
    if (!/\.[mc]?[jt]s$/.test(found.path)) {
      const reason = 'its name must end in .js, .mjs, .cjs, .ts, .mts, .cts or .wasm.';
      throw new BuildError(`${found.path} cannot run as a program: ${reason}`);
    }
    return (await this.#addFile(found, isCallable)) ?? { format: 'esm', exports: [] };
  }

  /** Null for data. */
  async #addFile(found: FoundSource, isEntry: boolean): Promise<Pick<BuiltProgram, 'format' | 'exports'> | null> {
    this.#names.add(found.path);
    const source = sourceModule(found);
    if ('module' in source) {
      this.modules[found.path] = source.module;
      return null;
    }
    if (source.format === 'cjs' && !isEntry) this.#scripts.add(found.path);
    const resolved = new Map<string, string>();
    const edits = await Promise.all(
      source.imports.map(async ({ specifier, start, end, isLate, isRequire }) => {
        const name = await this.#resolve(resolveInFile(specifier, found.path), specifier, isLate, (reason) =>
          source.fail(start, reason),
        );
        resolved.set(specifier, name);
        return { start, end, text: JSON.stringify(isRequire ? this.#asRequired(name) : this.#asImported(name)) };
      }),
    );
    if (this.#scripts.has(found.path)) this.#exports.add(found.path, source.tree, resolved);
    const built = source.finish(edits, isEntry);
    this.#add(found.path, built.module, source.text);
    if (Object.keys(built.columns).length > 0) this.columns.set(found.path, built.columns);
    return source;
  }

  /** The name to import instead. What is only imported late fails when the program gets there, as in node. */
  async #resolve(target: Target, specifier: string, isLate: boolean, fail: (reason: string) => Error): Promise<string> {
    if (target.kind === 'builtin') {
      this.usesBuiltins = true;
      return specifier;
    }
    try {
      if (target.kind === 'remote') return `/${await this.#addRemote(target.url)}`;
      const found = target.candidates.length === 0 ? null : await this.#sources.find(target.candidates);
      if (found === null) throw new MissingModule(`Cannot find module '${specifier}'`);
      if (!this.#names.has(found.path)) await this.#addFile(found, false);
      return `/${found.path}`;
    } catch (error) {
      if (error instanceof BuildError || !(error instanceof Error)) throw error;
      if (!isLate) throw fail(error.message);
      return `/${this.#addMissing(error.message)}`;
    }
  }

  #addRemote(url: string): Promise<string> {
    const known = this.#remotes.get(url);
    if (known !== undefined) return known;
    const adding = this.#fetchRemote(url);
    this.#remotes.set(url, adding);
    return adding;
  }

  async #fetchRemote(wanted: string): Promise<string> {
    const { url, contentType, bytes } = await this.#sources.module(wanted);
    const name = remoteName(url);
    if (this.#names.has(name)) return name;
    this.#names.add(name);
    const finishing = this.#finishRemote(name, url, contentType, bytes);
    finishing.catch(() => {});
    this.#unfinished.push(finishing);
    return name;
  }

  async #finishRemote(name: string, url: string, contentType: string, bytes: Uint8Array): Promise<void> {
    const remote = readRemote(url, contentType, bytes);
    if ('module' in remote) {
      this.modules[name] = remote.module;
      return;
    }
    const fail = (specifier: string) => (reason: string) => new BuildError(`${url} imports '${specifier}': ${reason}`);
    const edits = await Promise.all(
      remote.imports.map(async ({ specifier, start, end, isLate }) => {
        const name = await this.#resolve(resolveInModule(specifier, url), specifier, isLate, fail(specifier));
        return { start, end, text: JSON.stringify(name) };
      }),
    );
    this.#add(name, { js: applyEdits(remote.text, edits) }, remote.text);
  }

  #add(name: string, module: BuiltModule, text: string): void {
    this.modules[name] = module;
    this.usesFiles ||= namesFiles.test(text);
    this.usesBuiltins ||= importsLate.test(text);
  }

  /** What `require` of an ES module gives is up to the module that it leads to instead: the runtime gives its default. */
  #asRequired(name: string): string {
    const path = name.replace(/^\//, '');
    const isRemote = /^https?:/.test(path);
    if (isProcess.test(name)) return this.#adapter(path, "import process from 'node:process'; export default process;");
    const module = this.modules[path];
    if (!isRemote && (module === undefined || !('js' in module))) return name;
    return this.#adapter(path, requiredModule(name, isRemote));
  }

  #asImported(name: string): string {
    const path = name.replace(/^\//, '');
    return this.#scripts.has(path) ? this.#exports.imported(path) : name;
  }

  #adapter(path: string, js: string): string {
    const name = `spawnpoint:required/${path}`;
    this.modules[name] = { js };
    return `/${name}`;
  }

  /** A module that fails when it is evaluated. */
  #addMissing(reason: string): string {
    const name = `spawnpoint:missing/${this.#names.size}`;
    this.#names.add(name);
    const code = JSON.stringify('ERR_MODULE_NOT_FOUND');
    this.modules[name] = { cjs: `throw Object.assign(new Error(${JSON.stringify(reason)}), { code: ${code} });` };
    return name;
  }
}

/** Throws `BuildError` for what is no module of WebAssembly. */
function checkWasm({ path, bytes }: FoundSource): void {
  const version = String(bytes.subarray(0, 8));
  if (version === '0,97,115,109,1,0,0,0') return;
  const isComponent = version === '0,97,115,109,13,0,1,0';
  throw new BuildError(
    isComponent
      ? `${path} is a WebAssembly component: build it for WASI preview 1 (wasm32-wasip1) instead.`
      : `${path} is no WebAssembly module.`,
  );
}

class MissingModule extends Error {}

/** As in node, all exports; a package made from CommonJS has them in its default export, which then is what it was. */
function requiredModule(name: string, isPackage: boolean): string {
  const all = `import * as all from ${JSON.stringify(name)};`;
  if (!isPackage) return `${all} export default all;`;
  const isWhole =
    "Object(all.default) === all.default && Object.keys(all).every((n) => n === 'default' || n in all.default)";
  return `${all} export default ${isWhole} ? all.default : all;`;
}
