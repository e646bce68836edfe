import { describe, expect, it } from 'vitest';
import { type BuiltProgram, buildProgram } from './build.ts';
import { BuildError } from './build-error.ts';

function build(files: Readonly<Record<string, string>>, entry = Object.keys(files)[0] ?? ''): BuiltProgram {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return buildProgram(
    entry,
    Object.entries(files).map(([path, text]) => ({ path, bytes: bytes(text) })),
  );
}

function codeOf(files: Readonly<Record<string, string>>): string {
  const [entry = ''] = Object.keys(files);
  const module = build(files).modules[entry];
  return module === undefined ? '' : 'js' in module ? module.js : module.cjs;
}

function failure(files: Readonly<Record<string, string>>, entry?: string): string {
  try {
    build(files, entry);
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
  return '';
}

describe('the format of a module', () => {
  it.each([
    ['a.js', 'console.log(1)', 'cjs'],
    ['a.js', 'x = 1; with (Math) abs(x)', 'cjs'],
    ['a.js', 'const fs = require("fs")', 'cjs'],
    ['a.js', 'import fs from "fs"', 'esm'],
    ['a.js', 'export {}', 'esm'],
    ['a.js', 'await 1', 'esm'],
    ['a.js', 'for await (const x of []) ;', 'esm'],
    ['a.js', 'console.log(import.meta.url)', 'esm'],
    ['a.ts', 'import type { A } from "./b"; let x: A', 'cjs'],
    ['a.ts', 'const x: number = await 1', 'esm'],
    ['a.mjs', '1', 'esm'],
    ['a.mts', 'let x: number', 'esm'],
    ['a.cjs', '1', 'cjs'],
    ['a.js', '#!/usr/bin/env node\nimport "fs"', 'esm'],
  ])('%s with %s is %s', (path, code, format) => {
    expect(build({ [path]: code }).format).toBe(format);
  });
});

describe('an entry', () => {
  it('keeps each statement on its line, its imports static and in order', () => {
    const code = [
      'import a, {',
      '  b, // a comment',
      "} from './lib.ts';",
      'console.log(a);',
      "import 'fs'",
      'export const c: number = 1, d = 2',
      'export default function () {}',
      "export * from './lib.ts';",
      'export { c as e };',
      'throw c;',
    ].join('\n');
    const built = codeOf({ 'main.ts': code, 'lib.ts': 'export default 1; export const b = 2;' });
    const lines = built.split('\n');
    expect(lines).toHaveLength(code.split('\n').length + 1);
    expect(lines[0]).toMatch(
      /^import a, \{ +b, +\} from "\/lib\.ts";import 'fs';export \* from "\/lib\.ts";export default async/,
    );
    expect(lines[3]).toBe('console.log(a);');
    expect(lines[5]).toMatch(/^; {6}const c = 1, d = 2$/);
    expect(lines[6]).toBe(';             (function () {})');
    expect(lines[9]).toBe('throw c;');
  });

  it('resolves what its authors leave out of a path', () => {
    const files = { 'lib/b.ts': '', 'lib/index.js': '', 'c.mjs': '' };
    for (const [specifier, path] of [
      ['../lib/b.ts', 'lib/b.ts'],
      ['../lib/b', 'lib/b.ts'],
      ['../lib/b.js', 'lib/b.ts'],
      ['../lib', 'lib/index.js'],
      ['../c.mjs', 'c.mjs'],
    ] as const) {
      const built = build({ 'src/a.ts': `import ${JSON.stringify(specifier)}`, ...files });
      expect(Object.keys(built.modules)).toEqual(['src/a.ts', path]);
    }
  });

  it('may import in a circle, by require and at run time', () => {
    const built = build({ 'a.js': 'require("./b"); import("./c.mjs")', 'b.js': 'require("./a.js")', 'c.mjs': '' });
    expect(Object.keys(built.modules)).toEqual(['a.js', 'b.js', 'c.mjs']);
  });

  it('leaves built-in modules to the runtime', () => {
    expect(codeOf({ 'a.ts': 'import fs from "node:fs"; import path from "path/posix"' })).toContain('"path/posix"');
  });
});

describe('a program that cannot be built', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'TypeScript',
      { 'a.ts': 'let a: number = 1;\nlet b: string = = 2;' },
      'a.ts:2:17\nlet b: string = = 2;\n                ^\n\nSyntaxError: Unexpected token',
    ],
    [
      'after stripping',
      { 'a.ts': 'const a: number = 1, a: string = 2;' },
      "a.ts:1:22\nconst a: number = 1, a: string = 2;\n                     ^\n\nSyntaxError: Identifier 'a' has already been declared",
    ],
    ['JavaScript', { 'a.js': '\tif (' }, 'a.js:1:6\n\tif (\n\t    ^\n\nSyntaxError: Unexpected token'],
    ['a module', { 'a.js': 'import "fs";\n)' }, 'a.js:2:1\n)\n^\n\nSyntaxError: Unexpected token'],
    ['an import', { 'a.ts': 'import "./b"' }, 'a.ts:1:8\nimport "./b"\n       ^\n\nError: Cannot find module \'./b\''],
    [
      'out of its root',
      { 'a.ts': 'import "../b.ts"' },
      'a.ts:1:8\nimport "../b.ts"\n       ^\n\nError: Cannot find module \'../b.ts\'',
    ],
    [
      'in an import',
      { 'a.ts': 'import "./b.ts"', 'b.ts': 'let 1' },
      'b.ts:1:5\nlet 1\n    ^\n\nSyntaxError: Unexpected token',
    ],
    [
      'another language',
      { 'a.py': '' },
      'a.py cannot run as a program: its name must end in .js, .mjs, .cjs, .ts, .mts or .cts.',
    ],
  ])('says where and why: %s', (_, files, message) => {
    expect(failure(files)).toBe(message);
  });

  it('names packages and missing entries', () => {
    expect(failure({ 'a.js': 'require("lodash")' })).toMatch(
      /^a\.js:1:9\n.*\n {8}\^\n\nError: Cannot find package 'lodash'/,
    );
    expect(failure({ 'a.js': '' }, 'b.js')).toBe('b.js is not among the files of the program.');
  });

  it('is not text', () => {
    expect(() => buildProgram('a.js', [{ path: 'a.js', bytes: new Uint8Array([0xff]) }])).toThrow(
      'a.js is not UTF-8 text.',
    );
  });

  it('has a line too long to show', () => {
    expect(failure({ 'a.js': `${'x;'.repeat(500)} =;` }).split('\n')[1]?.length).toBeLessThanOrEqual(120);
  });
});
