/** Which local files `run` sends, and how many. */

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { gatherSources } from './program-sources.ts';

let home: string;
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'sources-')));
});
afterAll(() => rm(home, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), contents);
  }
}

async function paths(file: string, source: string): Promise<string[]> {
  const { entry, sources } = await gatherSources(
    join(home, file),
    new TextEncoder().encode(source),
    file.replace(/.*\//, ''),
  );
  return [entry, ...sources.map(({ path }) => path).filter((path) => path !== entry)];
}

describe('the sources of a program', () => {
  it.each([
    ["import a from './a'", ['a.ts']],
    ["import type { A } from './a.js'; export * from '../p/c.json'", ['a.ts', 'c.json']],
    ["const a = require('./d')\nimport(`./e.cjs`)", ['d/index.js', 'e.cjs', 'f.txt']],
    ['import\'./a\';import{x}from"./a"', ['a.ts']],
    ["import './missing'; import 'node:fs'; import 'pkg'; const s = './c.json'", []],
    ["import '../outside.ts'; import './d/../../outside.ts'; import '..'", []],
  ])('of %s', async (source, expected) => {
    await write({ 'p/package.json': '{}', 'p/a.ts': "import './a.ts'", 'p/c.json': '{}', 'outside.ts': '' });
    await write({ 'p/d/index.js': '', 'p/e.cjs': "require('./f.txt')", 'p/f.txt': "from './a.ts'" });
    const [entry, ...others] = await paths('p/main.ts', source);
    expect(entry).toBe('main.ts');
    expect(others.sort()).toEqual([...expected, 'package.json'].sort());
  });

  it.each([
    ['import a, b.c as d, os', ['a.py', 'b/__init__.py', 'b/c.py']],
    ['from b import (c,\n  e)\n  import a # b', ['a.py', 'b/__init__.py', 'b/c.py']],
    ['from . import a\nfrom .b.c import x', ['a.py', 'b/__init__.py', 'b/c.py']],
    ["'import a'\nfrom .. import outside", []],
  ])('of Python: %s', async (source, expected) => {
    await write({ 'y/outside.py': '', 'y/p/package.json': '{}', 'y/p/a.py': 'import a' });
    await write({ 'y/p/b/__init__.py': '', 'y/p/b/c.py': 'from . import d' });
    const [entry, ...others] = await paths('y/p/main.py', source);
    expect(entry).toBe('main.py');
    expect(others.sort()).toEqual(expected);
  });

  it('lie below the package root, with every package.json on the way', async () => {
    await write({ 'q/package.json': '{}', 'q/lib/package.json': '{}', 'q/lib/a.ts': '' });
    expect(await paths('q/src/main.ts', "import '../lib/a.ts'")).toEqual([
      'src/main.ts',
      'package.json',
      'lib/a.ts',
      'lib/package.json',
    ]);
  });

  it('are as many as a program may have, and not one more', async () => {
    const names = Array.from({ length: LIMITS.programSourceFiles }, (_, index) => `r/${index}.txt`);
    await write(Object.fromEntries(names.map((name) => [name, ''])));
    const source = (count: number) =>
      names
        .slice(0, count)
        .map((_, index) => `import './${index}.txt';`)
        .join('\n');
    expect(await paths('r/main.ts', source(names.length - 1))).toHaveLength(LIMITS.programSourceFiles);
    await expect(paths('r/main.ts', source(names.length))).rejects.toThrow('a program may have 1000 files');
  });

  it('are as large as a program may be, and not a byte more', async () => {
    const source = "import './big.txt'";
    await write({ 's/big.txt': new Uint8Array(LIMITS.programSources - source.length) });
    expect(await paths('s/main.ts', source)).toHaveLength(2);
    await expect(paths('s/main.ts', `${source} `)).rejects.toThrow('a program may have 8 MiB');
  });
});
