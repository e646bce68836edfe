/** `run FILE`, `-` and piped input: programs, from a local file to their exit status. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

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
