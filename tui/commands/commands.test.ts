/** What commands make of their arguments, and how they list what they find. */

import { describe, expect, it } from 'vitest';
import { diskUsage, treeLines } from './files.ts';
import { entryName, languageOfShebang } from './language.ts';
import { type FileEntry, sessionPath, targetPath } from './session-files.ts';

const file = (path: string, size: number): FileEntry => ({ path, kind: 'file', size, modifiedAt: 0 });
const directory = (path: string): FileEntry => ({ path, kind: 'directory', size: 0, modifiedAt: 0 });

describe('session paths', () => {
  it.each([
    ['', ''],
    ['.', ''],
    ['/home/user', ''],
    ['a//b/./c/', 'a/b/c'],
    ['/home/user/a', 'a'],
    ['a/../b', 'b'],
    ['..a', '..a'],
    ['%2e%2e', '%2e%2e'],
  ])('%j is %j', (text, path) => {
    expect(sessionPath(text)).toBe(path);
  });

  it.each(['..', '../x', '/', '/etc/passwd', 'a/../../b', '../../main', '/home/userx'])('%j is outside', (text) => {
    expect(() => sessionPath(text)).toThrow(/outside the session's files/);
  });

  it('that end with a slash mean a place in that directory', () => {
    expect(targetPath('a/', 'x.txt')).toBe('a/x.txt');
    expect(targetPath('a', 'x.txt')).toBe('a');
  });
});

describe('the language of a program', () => {
  it.each([
    ['#!/usr/bin/env node\n', 'js'],
    ['#!/usr/bin/node --experimental-strip-types', 'ts'],
    ['#!/usr/bin/env -S deno run', 'ts'],
    ['#!/usr/bin/env python3\n', 'py'],
    ['#!/bin/sh\nnode', null],
    ['node', null],
  ])('of %j is %s', (source, language) => {
    expect(languageOfShebang(source)).toBe(language);
  });

  it('is told by option, name, #! line, in this order, else it is TypeScript', () => {
    expect(entryName(null, 'x', null)).toBe('stdin.ts');
    expect(entryName(null, '#!/usr/bin/env node\n', null)).toBe('stdin.js');
    expect(entryName(null, '#!/usr/bin/env node\n', 'py')).toBe('stdin.py');
    expect(entryName('/a/b/main.mjs', '', null)).toBe('main.mjs');
    expect(entryName('main.js', '', 'ts')).toBe('main.js.ts');
    expect(entryName('tool', '#!/usr/bin/env node\n', null)).toBe('tool.js');
  });
});

describe('listings', () => {
  const entries = [directory('a'), directory('a/b'), file('a/b/x', 3), file('a/y', 4), file('z', 5)];

  it('as a tree', () => {
    expect(treeLines(entries, '')).toEqual(['├── a/', '│   ├── b/', '│   │   └── x', '│   └── y', '└── z']);
    expect(treeLines(entries.slice(1, 4), 'a')).toEqual(['├── b/', '│   └── x', '└── y']);
  });

  it('as sums of bytes', () => {
    expect(diskUsage(entries, '')).toEqual([
      ['a/b', 3],
      ['a', 7],
      ['', 12],
    ]);
    expect(diskUsage([directory('a/b'), file('a/b/x', 3), file('a/y', 4)], 'a')).toEqual([
      ['a/b', 3],
      ['a', 7],
    ]);
    expect(diskUsage([], 'a')).toEqual([['a', 0]]);
  });
});
