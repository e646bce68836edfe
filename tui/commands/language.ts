/** Which language a program is in, and under which name it runs. */

import { basename, extname } from 'node:path';
import type { Language } from '../arguments/options.ts';

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.py': 'py',
};

/** By the `#!` line; null if it names nothing known. */
export function languageOfShebang(source: string): Language | null {
  const line = /^#!([^\n]*)/.exec(source)?.[1] ?? '';
  if (/\bpython[\d.]*\b/.test(line)) return 'py';
  if (/\b(tsx|ts-node|deno|bun)\b|--experimental-(strip|transform)-types/.test(line)) return 'ts';
  return /\bnode(js)?\b/.test(line) ? 'js' : null;
}

/** The name under which a source runs: its own, with the extension of its language unless that fits already. */
export function entryName(file: string | null, source: string, wanted: Language | null): string {
  const name = file === null ? 'stdin' : basename(file);
  const extension = extname(name);
  if (extension === '.wasm') return name;
  const known = Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
  const language = wanted ?? known ?? languageOfShebang(source) ?? 'ts';
  return known === language ? name : `${name}.${language}`;
}
