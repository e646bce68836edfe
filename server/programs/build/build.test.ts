/** Programs put together from their files: formats, paths, imports, and what is wrong with them. */

import { describe, expect, it } from 'vitest';
import { type BuiltProgram, buildProgram } from './build.ts';
import { BuildError } from './build-error.ts';
import { ProgramSources } from './sources.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A program whose client sent `files`, in a session with `own` files. */
function build(files: Files, entry = Object.keys(files)[0] ?? '', own: Files = {}): Promise<BuiltProgram> {
  const bytes = (contents: string | Uint8Array = '') =>
    typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  const sent = Object.entries(files).map(([path, contents]) => ({ path, bytes: bytes(contents) }));
  const sources = new ProgramSources(sent, {
    file: async (paths) => {
      const path = paths.find((each) => Object.hasOwn(own, each));
      return path === undefined ? null : { path, bytes: bytes(own[path]) };
    },
    module: async (url) => {
      throw new Error(`there is no network for ${url}`);
    },
  });
  return buildProgram(entry, sources);
}

/** Those that have a file. */
const ownModules = ({ modules }: BuiltProgram) =>
  Object.keys(modules)
    .filter((name) => !name.startsWith('spawnpoint:'))
    .sort();

async function codeOf(files: Files, path = Object.keys(files)[0] ?? ''): Promise<string> {
  const module = (await build(files)).modules[path];
  if (module === undefined) return '';
  return 'js' in module ? module.js : 'cjs' in module ? module.cjs : '';
}

async function failure(files: Files, entry?: string): Promise<string> {
  try {
    await build(files, entry);
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
  return '';
}

it('refuses a namespace with values, which would be taken out with the types, and leaves those of types alone', async () => {
  expect(await failure({ 'a.ts': 'const a: number = 1\nnamespace N { export const b = 1 }' })).toBe(
    'a.ts:2:1\nnamespace N { export const b = 1 }\n^\n\n' +
      'SyntaxError: Namespaces are not supported: use an object or a file of its own',
  );
  const types = { 'a.ts': 'namespace T { export type A = 1 }\nconsole.log(1 as T.A)' };
  expect(await codeOf(types)).toContain('console.log(1 ');
});

it.each([
  ['console.log(1)', false],
  ['const process = globalThis.process; import.meta.url', false],
  ["import './b.js'", false],
  ["import { env } from 'process'", true],
  ["import './c.js'", true],
  ["export * from 'node:os'", true],
  ['require(name)', true],
  ['import /* late */ (\n// any\n name)', true],
])('knows whether %s may import a module of the runtime', async (code, usesBuiltins) => {
  const files = { 'a.js': code, 'b.js': 'export {}', 'c.js': "import 'node:util'" };
  expect((await build(files)).usesBuiltins).toBe(usesBuiltins);
});

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
  ])('%s with %s is %s', async (path, code, format) => {
    expect((await build({ [path]: code })).format).toBe(format);
  });
});

describe('an entry', () => {
  it('keeps each statement on its line, its imports static and in order', async () => {
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
    const built = await codeOf({ 'main.ts': code, 'lib.ts': 'export default 1; export const b = 2;' });
    const lines = built.split('\n');
    expect(lines).toHaveLength(code.split('\n').length + 1);
    expect(lines[0]).toMatch(
      /^import a, \{ +b, +\} from "\/lib\.ts";import "fs";export \* from "\/lib\.ts";export default async/,
    );
    expect(lines[3]).toBe('console.log(a);');
    expect(lines[5]).toMatch(/^; {6}const c = 1, d = 2$/);
    expect(lines[6]).toBe(';$0(           function () {})');
    expect(lines[9]).toBe('throw c;');
  });

  it.each([
    ['export default\n  5;\nlast();', ['export default async ($0) => {;$0(', '  5);', 'last();', '};']],
    ['export default class A {}', ['export default async ($0) => {;              class A {}', '$0(A);};']],
    ['const $0 = 1; export { $0 as default };', ['export default async ($1) => {const $0 = 1; ;', '$1($0);};']],
    [
      "export { x as default } from './lib.ts';",
      ['import { x as $0x } from "/lib.ts";export default async ($0) => {', '$0($0x);};'],
    ],
  ])('hands over its default export: %s', async (code, lines) => {
    const built = await codeOf({ 'main.mjs': code, 'lib.ts': 'export const x = 1;' });
    expect(built.split('\n').map((line) => line.trimEnd())).toEqual(lines);
  });

  it('resolves what its authors leave out of a path', async () => {
    const files = { 'lib/b.ts': '', 'lib/index.js': '', 'c.mjs': '' };
    for (const [specifier, path] of [
      ['../lib/b.ts', 'lib/b.ts'],
      ['../lib/b', 'lib/b.ts'],
      ['../lib/b.js', 'lib/b.ts'],
      ['../lib', 'lib/index.js'],
      ['../c.mjs', 'c.mjs'],
    ] as const) {
      const built = await build({ 'src/a.ts': `import ${JSON.stringify(specifier)}`, ...files });
      expect(ownModules(built)).toEqual(['src/a.ts', path].sort());
    }
  });

  it('may import in a circle, by require and at run time', async () => {
    const built = await build({
      'a.js': 'require("./b"); import("./c.mjs")',
      'b.js': 'require("./a.js")',
      'c.mjs': '',
    });
    expect(Object.keys(built.modules).sort()).toEqual(['a.js', 'b.js', 'c.mjs']);
  });

  it('leaves built-in modules to the runtime', async () => {
    expect(await codeOf({ 'a.ts': 'import fs from "node:fs"; import path from "path/posix"' })).toContain(
      '"path/posix"',
    );
  });
});

describe('the other files of a program', () => {
  it('come from the session where the client sent none', async () => {
    const own = { 'b.ts': "import './c'", 'c.js': 'exports.d = 1', 'a.ts': 'not this one', 'package.json': '{}' };
    const built = await build({ 'a.ts': "import './b.ts'" }, 'a.ts', own);
    expect(ownModules(built)).toEqual(['a.ts', 'b.ts', 'c.js']);
    expect(Object.keys((await build({}, 'c.js', own)).modules)).toEqual(['c.js']);
  });

  it('may be data', async () => {
    const files = {
      'a.ts': "import j from './j.json' with { type: 'json' }; import t from './t.txt'; import('./w.wasm')",
    };
    const built = await build({ ...files, 'j.json': '[1]', 't.txt': 'é', 'w.wasm': new Uint8Array([0, 97]) });
    expect(built.modules).toMatchObject({ 'j.json': { json: [1] }, 't.txt': { text: 'é' } });
    expect(built.modules['w.wasm']).toEqual({ wasm: new Uint8Array([0, 97]).buffer });
    expect(await codeOf({ ...files, 'j.json': '', 't.txt': '' }).catch(String)).toContain('j.json:1:1');
    expect(await failure({ 'a.ts': "import './b.css'", 'b.css': '' })).toBe(
      'b.css cannot be imported: programs import .js, .ts, .json, .txt and .wasm files.',
    );
  });

  it.each([
    ['exports.a = exports.b = 1; module.exports.c = 2; other.d = 3', 'a b c'],
    ["module.exports = { a, b: 1, 'c-d': 2, [e]: 3, f() {}, default: 4 }", 'a b c-d f'],
    ["Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 1", '__esModule'],
    ["module.exports = require('./d.cjs')", 'd e'],
    ["module.exports = { a: 1, ...require('./d.cjs') }", 'a d e'],
    ["tslib.__exportStar(require('./d.cjs'), exports); __export(wrapped(require('./b.cjs')))", 'd e'],
    ["require('./d.cjs'); module.exports = function () {}", ''],
  ])('in CommonJS have the names for ES modules that their code shows: %s', async (code, names) => {
    const files = {
      'a.mjs': "import {} from './b.cjs'",
      'b.cjs': code,
      'd.cjs': 'exports.d = 1; exports.e = require("./b.cjs")',
    };
    const { modules } = await build(files);
    expect(modules['a.mjs']).toMatchObject({ js: expect.stringContaining('from "/spawnpoint:imported/b.cjs"') });
    const between = modules['spawnpoint:imported/b.cjs'];
    const js = between !== undefined && 'js' in between ? between.js : '';
    const found = [...js.matchAll(/ as "(.*?)"/g)].map(([, name]) => name);
    expect(found.sort().join(' ')).toBe(names);
  });

  it('are of the kind that the nearest package.json says', async () => {
    const files = { 'p/a.js': '1', 'p/package.json': '{"type":"module"}', 'package.json': '{"type":"commonjs"}' };
    expect((await build(files)).format).toBe('esm');
    expect((await build({ 'a.js': 'import "fs"', ...files }, 'p/a.js')).format).toBe('esm');
    expect(await failure({ 'a.js': 'import "fs"', ...files })).toContain('SyntaxError');
  });

  it('may be missing if they are only imported when the program gets there', async () => {
    const built = await build({ 'a.js': "try { require('./b') } catch {}; import('c')" });
    expect(Object.values(built.modules).slice(0, 2)).toEqual([
      { cjs: expect.stringContaining("Cannot find module './b'") },
      { cjs: expect.stringContaining('there is no network for npm:c') },
    ]);
  });

  it('know where they are', async () => {
    const files = {
      'a.ts': "import './b'; import './c/d'",
      'b.mts': 'import.meta.url',
      'c/d.cjs': "'use strict'; __dirname",
    };
    expect(await codeOf(files, 'b.mts')).toMatch(/^Object.assign\(import.meta, \{ url: "file:\/\/\/home\/user\/b.mts"/);
    expect(await codeOf(files, 'c/d.cjs')).toMatch(
      /^'use strict';__filename = "\/home\/user\/c\/d.cjs"; __dirname = "\/home\/user\/c";/,
    );
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
      'a.py cannot run as a program: its name must end in .js, .mjs, .cjs, .ts, .mts, .cts or .wasm.',
    ],
  ])('says where and why: %s', async (_, files, message) => {
    expect(await failure(files)).toBe(message);
  });

  it('names packages and missing entries', async () => {
    expect(await failure({ 'a.js': 'import "lodash"' })).toBe(
      'a.js:1:8\nimport "lodash"\n       ^\n\nError: there is no network for npm:lodash',
    );
    expect(await failure({ 'a.js': '' }, 'b.js')).toBe('There is no file b.js to run.');
  });

  it('is not text', async () => {
    expect(await failure({ 'a.js': new Uint8Array([0xff]) })).toBe('a.js is not UTF-8 text.');
  });

  it('has a line too long to show', async () => {
    const message = await failure({ 'a.js': `${'x;'.repeat(500)} =;` });
    expect(message.split('\n')[1]?.length).toBeLessThanOrEqual(120);
  });
});
