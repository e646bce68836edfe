/** Session files as modules: what `import './x.ts'` finds. */

import { createHash } from 'node:crypto';
import { type Node, type Options, type Program, parse } from 'acorn';
import { full } from 'acorn-walk';
import { FileError, type FileSystem } from '../../files/file-system.ts';
import { parsePath } from '../../files/paths.ts';
import { BUILT_IN_NAMES, builtInModuleSource, builtInName } from './guest/built-in-modules.ts';
import { InputSyntaxError, strip } from './parse-input.ts';

const HOME = '/home/user/';
const VERSION_MARK = /\?v=\d+$/;
const MODULE_OPTIONS: Options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true };

export interface ModuleEnvironment {
  /** The files of whoever runs now. Throws if nothing runs. */
  files(): FileSystem;
  /** See `ScopeEntry.moduleName`. */
  moduleName(path: string, digest: string): string;
}

/** A module's contents change with those of anything that it imports: its name names them all. */
export class SessionModules {
  readonly #environment: ModuleEnvironment;

  constructor(environment: ModuleEnvironment) {
    this.#environment = environment;
  }

  /** The name of the module that `specifier` means in `base` (a module's name or that of an input). */
  normalize(base: string, specifier: string): string {
    const builtIn = builtInName(specifier);
    if (builtIn) return `node:${builtIn}`;
    const path = resolve(base, specifier);
    const files = this.#environment.files();
    if (files.stat(path)?.kind !== 'file') throw new Error(notFound(files, path, specifier, base));
    return this.#environment.moduleName(HOME + path, digest(files, path));
  }

  /** The JavaScript of a module, by the name that `normalize` gave it. */
  load(name: string): string {
    const builtIn = builtInModuleSource(name);
    if (builtIn !== null) return builtIn;
    const path = parsePath(name.replace(VERSION_MARK, ''));
    const source = readText(this.#environment.files(), path);
    if (path.endsWith('.json')) return loadJson(source, path);
    return compile(source, path).source;
  }
}

/** The session path. Throws for what cannot be a session file. */
function resolve(base: string, specifier: string): string {
  if (!/^(\.{0,2}\/|\.{1,2}$)/.test(specifier)) {
    throw new Error(`Cannot find package '${specifier}'. ${explainPackage(specifier)}`);
  }
  const directory = base.startsWith(HOME) ? base.slice(0, base.lastIndexOf('/') + 1) : HOME;
  const path = parsePath(specifier.startsWith('/') ? specifier : directory + specifier);
  if (!/\.([cm]?[jt]s|json)$/.test(path) && /\.\w+$/.test(path)) {
    throw new Error(`Cannot import '${specifier}': only .ts, .mts, .js, .mjs and .json files can be imported.`);
  }
  return path;
}

function explainPackage(specifier: string): string {
  if (specifier.startsWith('node:')) return `Of node's modules there are ${BUILT_IN_NAMES}.`;
  return (
    `An input imports files of this session, as './x.ts' or '${HOME}x.ts', and of node's modules ${BUILT_IN_NAMES}. ` +
    'Packages are for programs: write it to a file, and run() that.'
  );
}

function notFound(files: FileSystem, path: string, specifier: string, base: string): string {
  const guess = ['.ts', '.js', '.json', '/index.ts', '/index.js'].find(
    (end) => files.stat(path + end)?.kind === 'file',
  );
  const hint = guess ? ` Did you mean '${specifier}${guess}'?` : '';
  return `Cannot find module '${HOME}${path}' imported from ${base.replace(VERSION_MARK, '')}.${hint}`;
}

/** Identifies the contents of a file and of everything it imports. */
function digest(files: FileSystem, path: string): string {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next) || files.stat(next)?.kind !== 'file') continue;
    seen.add(next);
    const text = readText(files, next);
    hash.update(JSON.stringify([next, text]));
    open.push(...imports(text, next));
  }
  return hash.digest('base64url');
}

/** The session files that a module names in its imports; none if it cannot be parsed. */
function imports(text: string, path: string): string[] {
  if (path.endsWith('.json')) return [];
  const found: string[] = [];
  try {
    full(compile(text, path).tree, (node) => {
      const specifier = importedFrom(node);
      if (specifier?.startsWith('.') || specifier?.startsWith('/')) found.push(resolve(HOME + path, specifier));
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  return found;
}

function importedFrom(node: Node): string | null {
  if (!/^(Import(Declaration|Expression)|Export(All|Named)Declaration)$/.test(node.type)) return null;
  const { source } = node as { source?: { value?: unknown } | null };
  return typeof source?.value === 'string' ? source.value : null;
}

/** Throws an error that names the place. */
function compile(text: string, path: string): { source: string; tree: Program } {
  try {
    const source = /\.[cm]?ts$/.test(path) ? strip(text) : text;
    return { source, tree: parse(source, MODULE_OPTIONS) };
  } catch (error) {
    if (error instanceof InputSyntaxError) {
      throw new Error(`SyntaxError in ${HOME}${path}:${error.line}:${error.column + 1}: ${error.message}`);
    }
    const { message, loc } = error as { message: string; loc?: { line: number; column: number } };
    if (loc === undefined) throw error;
    const plain = message.replace(/ \(\d+:\d+\)$/, '');
    throw new Error(`SyntaxError in ${HOME}${path}:${loc.line}:${loc.column + 1}: ${plain}`);
  }
}

function loadJson(text: string, path: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`${HOME}${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return `export default JSON.parse(${JSON.stringify(text)});`;
}

function readText(files: FileSystem, path: string): string {
  try {
    return new TextDecoder().decode(files.read(path));
  } catch (error) {
    if (error instanceof FileError) throw new Error(`${error.code}: ${error.message}`);
    throw error;
  }
}
