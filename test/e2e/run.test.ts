/** `run FILE`, `-` and piped input: programs, from a local file to their exit status. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

/** `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))` */
const addWasm = Buffer.from(
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
  'hex',
);

const printed = (stdout: string, status = 0) => ({ stdout, stderr: '', status });

describe('a program', () => {
  it('gets its arguments, options of ours included, and its standard input', async () => {
    await machine.file(
      'args.ts',
      'const parts: string[] = []\nfor await (const part of process.stdin) parts.push(String(part))\n' +
        'console.log(JSON.stringify([process.argv.slice(2), parts.join("")]))',
    );
    expect(await machine.run(['run', 'args.ts', '--help', '-s', 'x', '--', 'a b'], { stdin: 'in\nput' })).toEqual(
      printed('[["--help","-s","x","--","a b"],"in\\nput"]\n'),
    );
  });

  it('has the variables of its environment that it is given, and no others', async () => {
    const stdin = 'console.log(JSON.stringify(process.env))';
    expect(await machine.run(['--env', 'A=1', '--env', 'B=x=é', '-'], { stdin })).toEqual(
      printed('{"A":"1","B":"x=é"}\n'),
    );
    expect(await machine.run([], { stdin })).toEqual(printed('{}\n'));
    await machine.file('variable.py', 'import os\nprint(os.environ["A"])');
    expect(await machine.run(['run', '--env', 'A=1', 'variable.py'])).toEqual(printed('1\n'));
  });

  it('reads its standard input as it comes', async () => {
    await machine.file('echo.js', 'for await (const part of process.stdin) process.stdout.write("<" + part + ">")');
    const cli = machine.start(['run', 'echo.js'], { stdin: '' });
    cli.stdin.write('one');
    await cli.until(({ stdout }) => stdout === '<one>');
    cli.stdin.end('two');
    expect(await cli.ended).toEqual(printed('<one><two>'));
  });

  it('may be piped with or without a hyphen, which takes arguments', async () => {
    const stdin = 'console.log(process.argv.length, process.argv.slice(2).join())';
    expect(await machine.run([], { stdin })).toEqual(printed('2 \n'));
    expect(await machine.run(['-', 'a', '-p', 'b'], { stdin })).toEqual(printed('5 a,-p,b\n'));
  });

  it('writes bytes and both streams as they are', async () => {
    const stdin = 'process.stdout.write(new Uint8Array([0, 255, 10])); console.error("err")';
    const cli = machine.start([], { stdin });
    cli.stdin.end(stdin);
    expect(await cli.ended).toMatchObject({ stderr: 'err\n', status: 0 });
    expect([...cli.bytes]).toEqual([0, 255, 10]);
  });

  it.each([
    ['process.exit(3)', 3],
    ['process.exitCode = 7', 7],
    ['process.exit(0)', 0],
    ['setTimeout(() => process.exit(255), 5)', 255],
  ])('ends with its own status: %s', async (stdin, status) => {
    expect(await machine.run([], { stdin })).toEqual(printed('', status));
  });

  it.each([
    ['by its name', 'plain.js', 'const n: number = 1', [], 1],
    ['by its name', 'typed.ts', 'const n: number = 1', [], 0],
    ['by its #! line', 'script', '#!/usr/bin/env node\nconst n: number = 1', [], 1],
    ['by its #! line', 'script-ts', '#!/usr/bin/env tsx\nconst n: number = 1', [], 0],
    ['by -l, whatever its name', 'named.js', 'const n: number = 1', ['-l', 'ts'], 0],
    ['as TypeScript if nothing says', 'nothing', 'const n: number = 1', [], 0],
  ])('is of the language known %s (%s)', async (_, name, code, options, status) => {
    await machine.file(name, code);
    const ending = await machine.run([...options, 'run', name]);
    expect(ending.status).toBe(status);
    if (status !== 0) expect(ending.stderr).toContain('SyntaxError');
  });

  it('knows nothing of the kernel', async () => {
    await machine.run(['-e', 'var inKernel = 1']);
    expect(await machine.run([], { stdin: 'console.log(typeof inKernel)' })).toEqual(printed('undefined\n'));
  });
});

describe('the files of a program', () => {
  it('are sent along: modules of both kinds, typed and not, and data', async () => {
    const files = {
      'pkg/package.json': '{"type":"module"}',
      'pkg/main.ts': [
        "import { twice, where } from './lib/twice'",
        "import data from './data.json' with { type: 'json' }",
        "import text from './note.txt'",
        "import add from './add.wasm'",
        "import { createRequire } from 'node:module'",
        "const { default: later } = await import('./later.js')",
        'const { exports } = new WebAssembly.Instance(add as WebAssembly.Module)',
        'console.log(twice(data.n), where, text.trim(), later, (exports.add as Function)(2, 3))',
        'console.log(import.meta.url, import.meta.dirname, process.argv[1])',
      ].join('\n'),
      'pkg/lib/twice.ts':
        "import cjs, { times, where } from './cjs.cjs'\nexport { where }; export const twice = (n: number) => times(n, 2) + (cjs.times === times ? 0 : 1)",
      'pkg/lib/cjs.cjs':
        "exports.times = (a, b) => a * b; exports.where = [__filename, require('../data.json').n, require('./more').m, { ...require('./mixed.mts') }]",
      'pkg/lib/mixed.mts': 'export default 4; export const five = 5',
      'pkg/lib/more.cts': 'module.exports = { m: 3 as number }',
      'pkg/data.json': '{"n":21}',
      'pkg/note.txt': 'héllo\n',
      'pkg/later.js': 'export default import.meta.filename',
    };
    for (const [path, contents] of Object.entries(files)) await machine.file(path, contents);
    await machine.file('pkg/add.wasm', addWasm);
    expect(await machine.run(['run', 'pkg/main.ts'])).toEqual(
      printed(
        "42 [ '/home/user/pkg/lib/cjs.cjs', 21, 3, { default: 4, five: 5 } ] héllo /home/user/pkg/later.js 5\n" +
          'file:///home/user/pkg/main.ts /home/user/pkg /home/user/pkg/main.ts\n',
      ),
    );
  });

  it('are named as on this machine when they fail', async () => {
    await machine.file('sub/late.ts', "import { f } from './thrower.ts'\nf()\n");
    await machine.file('sub/thrower.ts', 'export function f(): never {\n  throw new Error("boom")\n}\n');
    expect((await machine.run(['run', 'sub/late.ts'])).stderr).toBe(
      'Uncaught Error: boom\n    at f (sub/thrower.ts:2:9)\n    at sub/late.ts:2:1\n',
    );
  });

  it('may be those of the session, also what runs', async () => {
    await machine.run(['files', 'put', '-', 'own/a.ts'], { stdin: "import { b } from './b'; console.log('own', b)" });
    await machine.run(['files', 'put', '-', 'own/b.ts'], { stdin: 'export const b: number = 1' });
    expect(await machine.run(['run', 'own/a.ts', 'x'])).toEqual(printed('own 1\n'));
    expect(await machine.run([], { stdin: "import './own/a.ts'" })).toEqual(printed('own 1\n'));
    const { stderr, status } = await machine.run(['run', 'own/none.ts']);
    expect([stderr, status]).toEqual(['spawnpoint-cf: There is no file own/none.ts to run.\n', 1]);
  });
});

describe('an error of a program', () => {
  it('that nobody caught is printed with the line of its author', async () => {
    await machine.file(
      'late.ts',
      'interface A {\n  a: string\n}\n\nfunction f(): never {\n  throw new Error("boom")\n}\nf()\n',
    );
    expect(await machine.run(['run', 'late.ts'])).toEqual({
      stdout: '',
      stderr: 'Uncaught Error: boom\n    at f (late.ts:6:9)\n    at late.ts:8:1\n',
      status: 1,
    });
  });

  it('of syntax has a caret', async () => {
    await machine.file('bad.ts', 'let a = 1;\nlet b: string = = 2;\n');
    const { stdout, stderr, status } = await machine.run(['run', 'bad.ts']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toBe(
      'spawnpoint-cf: bad.ts:2:17\nlet b: string = = 2;\n                ^\n\nSyntaxError: Unexpected token\n',
    );
  });
});

describe('--timeout', () => {
  it.each([
    ['that computes', 'while (true) {}'],
    ['that waits', 'setInterval(() => {}, 10)'],
    ['of microtasks', 'const again = () => Promise.resolve().then(again); await again()'],
  ])('ends a program %s', async (_, stdin) => {
    expect(await machine.run(['--timeout', '0.3'], { stdin })).toEqual({
      stdout: '',
      stderr: 'spawnpoint-cf: the program was stopped: it took too long (see --timeout)\n',
      status: 124,
    });
    // The runner that was blocked may be on its way out: the next program does not go down with it.
    expect(await machine.run([], { stdin: 'console.log("next")' })).toEqual(printed('next\n'));
  });
});

it('lists what runs and ends it by its number', async () => {
  const cli = machine.start([], { stdin: '' });
  cli.stdin.end('console.log("up"); setInterval(() => {}, 1000)');
  await cli.until(({ stdout }) => stdout === 'up\n');
  const { stdout } = await machine.run(['ps']);
  const number = /^(\d+)\b/.exec(stdout)?.[1] ?? '';
  expect(stdout).toContain('stdin.ts');
  expect(await machine.run(['kill', number])).toMatchObject({ stderr: '', status: 0 });
  expect(await cli.ended).toEqual({ stdout: 'up\n', stderr: 'spawnpoint-cf: the program was killed\n', status: 143 });
  expect(await machine.run(['ps'])).toEqual(printed(''));
  expect(await machine.run(['kill', number])).toMatchObject({ status: 1 });
});
