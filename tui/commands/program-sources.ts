/** The local files that a program is made of: what runs, and what it imports by relative paths below its package root. */

import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LIMITS } from '../../protocol/limits.ts';
import { EXIT, ExitError } from '../exit.ts';
import { pythonImports } from './python-imports.ts';

export interface ProgramSources {
  /** The path of what runs, among the sources. */
  readonly entry: string;
  readonly sources: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** Those of this machine. */
export interface LocalSources extends ProgramSources {
  /** The directory that their paths are relative to. */
  readonly base: string;
}

/**
 * A relative specifier behind `from`, `import` or `require`. One in a comment sends a file too many, which does no harm:
 * the server, which parses the code, decides what is imported.
 */
const specifiers = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'`])(\.{1,2}(?:\/[^"'`\n]*)?)\1/g;
const code = /\.[mc]?[jt]s$/;

/**
 * `file` and what it imports, directly or not. `name` is what the entry is called in the session, if not as it is here.
 * Paths are relative to the working directory if all files are below it, else to the package root, which is the
 * directory of the nearest package.json, or else the working directory or that of the file.
 * Throws `ExitError` for more than a program may have.
 */
export async function gatherSources(file: string, source: Uint8Array, name: string): Promise<LocalSources> {
  const start = resolve(file);
  const root = packageRoot(start);
  const found = new Map<string, Uint8Array>([[start, source]]);
  let bytes = source.length;
  const add = async (path: string): Promise<void> => {
    if (found.has(path)) return;
    const contents = await readOrNull(path);
    if (contents === null) return;
    found.set(path, contents);
    bytes += contents.length;
    check(file, found.size, bytes);
  };
  check(file, found.size, bytes);
  for (const [path, contents] of found) {
    const called = path === start ? name : path;
    if (called.endsWith('.py')) {
      const targets = pythonImports(path, new TextDecoder().decode(contents), dirname(start));
      for (const target of targets) if (isBelow(target, root)) await addFirst([target], add);
    }
    if (!code.test(called)) continue;
    for (const each of packagesAbove(path, root)) await add(each);
    for (const target of imports(path, contents)) {
      if (isBelow(target, root)) await addFirst(candidates(target), add);
    }
  }
  const working = process.cwd();
  const base = [...found.keys()].every((path) => isBelow(path, working)) ? working : root;
  const pathOf = (path: string): string => relative(base, path).split(sep).join('/');
  const entry = join(dirname(pathOf(start)), name)
    .split(sep)
    .join('/');
  const sources = [...found].map(([path, contents]) => ({
    path: path === start ? entry : pathOf(path),
    bytes: contents,
  }));
  return { entry, sources, base };
}

function check(file: string, files: number, bytes: number): void {
  if (bytes > LIMITS.programSources) {
    const limit = `${LIMITS.programSources / 1024 / 1024} MiB`;
    throw new ExitError(EXIT.failure, `${file} is too large: a program may have ${limit}, with what it imports`);
  }
  if (files > LIMITS.programSourceFiles) {
    const limit = LIMITS.programSourceFiles;
    throw new ExitError(EXIT.failure, `${file} imports too much: a program may have ${limit} files`);
  }
}

function packageRoot(file: string): string {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (directory === dirname(directory)) break;
  }
  return isBelow(file, process.cwd()) ? process.cwd() : dirname(file);
}

/** The package.json files that may say what kind of module a file is. */
function packagesAbove(file: string, root: string): string[] {
  const found: string[] = [];
  for (let directory = dirname(file); isBelow(join(directory, 'package.json'), root); directory = dirname(directory)) {
    found.push(join(directory, 'package.json'));
  }
  return found;
}

function imports(file: string, contents: Uint8Array): string[] {
  const text = new TextDecoder().decode(contents);
  return [...text.matchAll(specifiers)].map(([, , specifier = '']) => resolve(dirname(file), specifier));
}

/** What a specifier may mean, in the order in which the server tries it. */
function candidates(path: string): string[] {
  const extensions = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.json'];
  const typed = path.replace(/\.([mc]?)js$/, '.$1ts');
  return [path, typed, ...extensions.map((e) => path + e), ...extensions.map((e) => join(path, `index${e}`))];
}

async function addFirst(paths: readonly string[], add: (path: string) => Promise<void>): Promise<void> {
  const path = paths.find((each) => /\.\w+$/.test(each) && statSync(each, { throwIfNoEntry: false })?.isFile());
  if (path !== undefined) await add(path);
}

/** Null for what is no file that can be read: the server says so where the program imports it. */
async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch {
    return null;
  }
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
