/** Commands for the files of a session. */

import type { Command } from '../command.ts';
import * as files from '../files.ts';
import * as transfer from '../transfer.ts';

export const FILES: readonly Command[] = [
  {
    name: 'files ls',
    synopsis: '[PATH]',
    summary: 'list a directory',
    options: ['recursive'],
    arguments: [0, 1],
    run: files.list,
  },
  {
    name: 'files tree',
    synopsis: '[PATH]',
    summary: 'show a directory with everything in it',
    options: [],
    arguments: [0, 1],
    run: files.tree,
  },
  {
    name: 'files cat',
    synopsis: 'PATH',
    summary: 'print a file',
    options: [],
    arguments: [1, 1],
    run: transfer.cat,
  },
  {
    name: 'files get',
    synopsis: 'REMOTE [LOCAL|-]',
    summary: 'copy a file from the session',
    options: [],
    arguments: [1, 2],
    examples: ['spawnpoint-cf files get results/data.csv', 'spawnpoint-cf files get data.csv - | wc -l'],
    run: transfer.get,
  },
  {
    name: 'files put',
    synopsis: 'LOCAL|- REMOTE',
    summary: 'copy a file into the session; makes its directories',
    options: [],
    arguments: [2, 2],
    examples: ['spawnpoint-cf files put notes.md docs/notes.md', 'date | spawnpoint-cf files put - today.txt'],
    run: transfer.put,
  },
  {
    name: 'files rm',
    synopsis: 'PATH',
    summary: 'remove a file, or a directory (-r: with everything in it)',
    options: ['recursive'],
    arguments: [1, 1],
    run: files.remove,
  },
  {
    name: 'files mv',
    synopsis: 'FROM TO',
    summary: 'move or rename a file or directory',
    options: [],
    arguments: [2, 2],
    run: files.move,
  },
  {
    name: 'files cp',
    synopsis: 'FROM TO',
    summary: 'copy a file or directory within the session',
    options: [],
    arguments: [2, 2],
    run: files.copy,
  },
  {
    name: 'files mkdir',
    synopsis: 'PATH',
    summary: 'make a directory, with its parents',
    options: [],
    arguments: [1, 1],
    run: files.makeDirectory,
  },
  {
    name: 'files stat',
    synopsis: 'PATH',
    summary: 'show kind, size and time of change',
    options: [],
    arguments: [1, 1],
    run: files.stat,
  },
  {
    name: 'files du',
    synopsis: '[PATH]',
    summary: 'show how many bytes each directory holds',
    options: [],
    arguments: [0, 1],
    run: files.usage,
  },
];
