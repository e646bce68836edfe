/** `files ls|tree|rm|mv|cp|mkdir|stat|du`. Transfers are in transfer.ts. */

import { posix } from 'node:path';
import { EXIT } from '../exit.ts';
import { nameFor } from '../plain/terminal-text.ts';
import type { CommandBody } from './command.ts';
import { type FileEntry, SessionFiles, sessionPath, targetPath } from './session-files.ts';

const NO_FILES = 'there are no files';

export const list: CommandBody = async (invocation, io) => {
  const directory = sessionPath(invocation.args[0] ?? '');
  const { json, recursive } = invocation.options;
  const entries = await new SessionFiles(invocation, io).list(directory, recursive);
  const lines = entries.map(({ path, kind }) => {
    const name = posix.relative(`/${directory}`, `/${path}`);
    return `${nameFor(io.stdout, name)}${kind === 'directory' ? '/' : ''}\n`;
  });
  await io.stdout.write(json ? `${JSON.stringify(entries)}\n` : lines.join(''));
  if (entries.length === 0) io.inform(NO_FILES);
  return EXIT.ok;
};

export const tree: CommandBody = async (invocation, io) => {
  const directory = sessionPath(invocation.args[0] ?? '');
  const entries = await new SessionFiles(invocation, io).list(directory, true);
  const text = invocation.options.json
    ? `${JSON.stringify(entries)}\n`
    : treeLines(entries, directory)
        .map((line) => `${nameFor(io.stdout, line)}\n`)
        .join('');
  await io.stdout.write(text);
  if (entries.length === 0) io.inform(NO_FILES);
  return EXIT.ok;
};

/** One line for each entry below `directory`, as tree(1) draws them. */
export function treeLines(entries: readonly FileEntry[], directory: string, indent = ''): string[] {
  const children = entries.filter(({ path }) => parentOf(path) === directory);
  return children.flatMap(({ path, kind }, index) => {
    const isLast = index === children.length - 1;
    const line = `${indent}${isLast ? '└── ' : '├── '}${posix.basename(path)}`;
    if (kind === 'file') return [line];
    return [`${line}/`, ...treeLines(entries, path, `${indent}${isLast ? '    ' : '│   '}`)];
  });
}

export const remove: CommandBody = async (invocation, io) => {
  const query = invocation.options.recursive ? { recursive: '1' } : {};
  await new SessionFiles(invocation, io).change(sessionPath(invocation.args[0] ?? ''), { method: 'DELETE', query });
  return EXIT.ok;
};

export const makeDirectory: CommandBody = async (invocation, io) => {
  const path = sessionPath(invocation.args[0] ?? '');
  await new SessionFiles(invocation, io).change(path, { method: 'POST', json: { op: 'mkdir' } });
  return EXIT.ok;
};

export const move: CommandBody = transplant('rename');
export const copy: CommandBody = transplant('copy');

function transplant(op: 'rename' | 'copy'): CommandBody {
  return async (invocation, io) => {
    const [from = '', to = ''] = invocation.args;
    const source = sessionPath(from);
    const json = { op, to: targetPath(to, posix.basename(source)) };
    await new SessionFiles(invocation, io).change(source, { method: 'POST', json });
    return EXIT.ok;
  };
}

export const stat: CommandBody = async (invocation, io) => {
  const path = sessionPath(invocation.args[0] ?? '');
  const found = await new SessionFiles(invocation, io).stat(path);
  const { kind, size, modifiedAt } = found;
  const changed = modifiedAt === null ? '' : `  ${new Date(modifiedAt).toISOString()}`;
  const text = invocation.options.json
    ? JSON.stringify({ path, ...found })
    : `${kind}${kind === 'file' ? `  ${size} bytes` : ''}${changed}  ${nameFor(io.stdout, path === '' ? '.' : path)}`;
  await io.stdout.write(`${text}\n`);
  return EXIT.ok;
};

export const usage: CommandBody = async (invocation, io) => {
  const directory = sessionPath(invocation.args[0] ?? '');
  const totals = diskUsage(await new SessionFiles(invocation, io).list(directory, true), directory);
  const text = invocation.options.json
    ? `${JSON.stringify(totals.map(([path, bytes]) => ({ path, bytes })))}\n`
    : totals.map(([path, bytes]) => `${bytes}\t${nameFor(io.stdout, path === '' ? '.' : path)}\n`).join('');
  await io.stdout.write(text);
  return EXIT.ok;
};

/** Bytes in each directory and all below it: the deepest first, `directory` itself last. */
export function diskUsage(entries: readonly FileEntry[], directory: string): [path: string, bytes: number][] {
  const totals = new Map<string, number>([[directory, 0]]);
  for (const { path, kind, size } of entries) {
    if (kind === 'directory') totals.set(path, totals.get(path) ?? 0);
    for (let above = parentOf(path); ; above = parentOf(above)) {
      totals.set(above, (totals.get(above) ?? 0) + size);
      if (above === directory || above === '') break;
    }
  }
  return [...totals].sort(([a], [b]) => (a < b ? 1 : -1));
}

function parentOf(path: string): string {
  const parent = posix.dirname(path);
  return parent === '.' ? '' : parent;
}
