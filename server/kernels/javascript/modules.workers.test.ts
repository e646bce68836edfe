/** Session files as modules. */

import { describe, expect, it } from 'vitest';
import { TestSession } from './testing/test-session.ts';

async function sessionWith(files: Record<string, string>): Promise<TestSession> {
  const session = await TestSession.open();
  for (const [path, text] of Object.entries(files)) put(session, path, text);
  return session;
}

function put(session: TestSession, path: string, text: string): void {
  const slash = path.lastIndexOf('/');
  if (slash > 0) session.files.makeDirectory(path.slice(0, slash), { recursive: true });
  session.files.write(path, new TextEncoder().encode(text));
}

describe('an import', () => {
  it('finds TypeScript, JavaScript and JSON', async () => {
    const session = await sessionWith({
      'a.ts': 'export const a: number = 1; export default class Named { tag = "d" } export type T = string;',
      'b.js': 'export const b = 2; export { b as "odd name" }',
      'c.json': '{ "c": [3], "__proto__": { "x": 1 } }',
    });
    expect(await session.show('import Named, { a } from "./a.ts"; import * as ns from "./b.js"; a + ns.b')).toBe('3');
    expect(await session.show('new Named()')).toBe("Named { tag: 'd' }");
    expect(await session.show('import data from "/home/user/c.json" with { type: "json" }; data.c')).toBe('[ 3 ]');
    expect(await session.show('import { "odd name" as odd } from "./b.js"; odd')).toBe('2');
    expect(await session.show('(await import("./a.ts")).a')).toBe('1');
  });

  it('resolves relative to the file that imports', async () => {
    const session = await sessionWith({
      'lib/deep/one.ts': 'export * from "../two.ts"',
      'lib/two.ts': 'import { three } from "./three.js"; export const two = three - 1',
      'lib/three.js': 'export const three = 3',
    });
    expect(await session.show('import { two } from "./lib/deep/one.ts"; two')).toBe('2');
  });

  it('allows cycles and top-level await', async () => {
    const session = await sessionWith({
      'a.js': 'import { b } from "./b.js"; export const a = () => b() + 1',
      'b.js': 'import { a } from "./a.js"; export const b = () => typeof a === "function" ? 1 : 0',
      'slow.js': 'export const slow = await new Promise((done) => setTimeout(done, 5, "done"))',
    });
    expect(await session.show('import { a } from "./a.js"; a()')).toBe('2');
    expect(await session.show('import { slow } from "./slow.js"; slow')).toBe("'done'");
  });

  it('gets the new contents of a file that changed, and the same instance of one that did not', async () => {
    const session = await sessionWith({ 'n.ts': 'export let n = 1; export const bump = () => ++n' });
    expect(await session.show('import { bump } from "./n.ts"; bump()')).toBe('2');
    expect(await session.show('(await import("./n.ts")).n')).toBe('2');
    put(session, 'n.ts', 'export let n = 100');
    expect(await session.show('import { n } from "./n.ts"; n')).toBe('100');
    put(session, 'n.ts', 'export let n = 1; export const bump = () => ++n');
    expect(await session.show('(await import("./n.ts")).n')).toBe('2');
  });

  it('gets the new contents of a file that an unchanged file imports', async () => {
    const session = await sessionWith({ 'top.ts': 'export { v } from "./below.ts"', 'below.ts': 'export const v = 1' });
    expect(await session.show('(await import("./top.ts")).v')).toBe('1');
    put(session, 'below.ts', 'export const v = 2');
    expect(await session.show('(await import("./top.ts")).v')).toBe('2');
  });

  it('finds the built-in modules', async () => {
    const session = await TestSession.open();
    expect(
      await session.show('import path, { join } from "node:path"; join("a", "..", "b") + (path.join === join)'),
    ).toBe("'btrue'");
    expect(
      await session.show('import fs from "fs"; fs.writeFileSync("x.txt", "hi"); fs.readFileSync("x.txt", "utf8")'),
    ).toBe("'hi'");
  });
});

describe('a failing import', () => {
  it.each([
    ['import x from "lodash"', "Cannot find package 'lodash'. An input imports files of this session"],
    ['import x from "https://x.test/y.js"', "Cannot find package 'https://x.test/y.js'"],
    ['import x from "node:cluster"', "Cannot find package 'node:cluster'. Of node's modules there are assert"],
    ['import x from "./none.ts"', "Cannot find module '/home/user/none.ts' imported from REPL1."],
    ['import x from "./here"', "Did you mean './here.ts'?"],
    ['import x from "../../etc/passwd"', 'outside /home/user'],
    ['import x from "./style.css"', 'only .ts, .mts, .js, .mjs and .json files can be imported'],
    ['import x from "./dir"', "Cannot find module '/home/user/dir'"],
    ['import { nope } from "./here.ts"', "The requested module './here.ts' does not provide an export named 'nope'"],
    ['import x from "./bad.ts"', 'SyntaxError in /home/user/bad.ts:2:9: Unexpected token'],
    ['import x from "./bad.json"', '/home/user/bad.json is not valid JSON'],
    ['import x from "./needs-bad.js"', 'SyntaxError in /home/user/bad.ts:2:9'],
  ])('%s says why', async (code, message) => {
    const session = await sessionWith({
      'here.ts': 'export const y = 1',
      'bad.ts': 'const ok: number = 1;\nlet x = = 5',
      'bad.json': '{',
      'needs-bad.js': 'import "./bad.ts"',
      'dir/in.ts': '',
    });
    const shown = await session.show(code);
    expect(shown).toMatch(/^Uncaught (Syntax)?Error: /);
    expect(shown).toContain(message);
    expect(await session.show('1')).toBe('1');
  });

  it('can be repeated after the file was mended', async () => {
    const session = await sessionWith({ 'm.ts': 'export const m = ;' });
    expect(await session.show('import { m } from "./m.ts"')).toContain('SyntaxError in /home/user/m.ts:1:18');
    put(session, 'm.ts', 'export const m = 4');
    expect(await session.show('import { m } from "./m.ts"; m')).toBe('4');
  });

  it('shows the right line of an error thrown in a TypeScript file', async () => {
    const session = await sessionWith({
      'f.ts': 'interface A {\n  a: 1\n}\nexport function f(a: A): never {\n  throw new Error("in file");\n}',
    });
    await session.evaluate('import { f } from "./f.ts"');
    expect(await session.show('f({ a: 1 })')).toMatch(
      /^Uncaught Error: in file\n +at f \(\/home\/user\/f\.ts:5:\d+\)\n +at REPL2:1:\d+$/,
    );
  });
});
