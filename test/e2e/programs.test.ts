/** Programs in a real workerd, through the same code that the session uses: what they print, how they end. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exited, ProgramHost, type ProgramResult } from '../support/program-host.ts';

let host: ProgramHost;

beforeAll(async () => {
  host = await ProgramHost.start();
});
afterAll(() => host.dispose());

const run = (code: string, more: Partial<Parameters<ProgramHost['run']>[0]> = {}): Promise<ProgramResult> =>
  host.run({ code, ...more });

describe('a program', () => {
  it('runs TypeScript', async () => {
    expect(await run('const n: number = 6\nconsole.log(n*7)\n')).toEqual(exited('42\n'));
  });

  it.each<[string, string, number]>([
    ['ends with 0', '', 0],
    ['chooses its status', 'process.exitCode = 5', 5],
    ['exits in a loop that catches everything', 'for (;;) try { process.exit(3) } catch {}', 3],
    ['exits in a timer', 'setTimeout(() => process.exit(4), 1); setInterval(() => {}, 1000)', 4],
    ['exits in an exit listener', "process.on('exit', () => process.exit(9))", 9],
    ['exits with a byte', 'process.exit(257)', 1],
    ['waits for its timers', 'setTimeout(() => { process.exitCode = 6 }, 20)', 6],
    [
      'waits for what it did not await',
      "crypto.subtle.digest('SHA-256', new Uint8Array(9)).then(() => { process.exitCode = 7 })",
      7,
    ],
  ])('%s', async (_, code, status) => {
    expect(await run(code)).toEqual(exited('', status));
  });

  it('is told why a request failed as by any other error', async () => {
    expect(await run('\nawait fetch("http://10.0.0.1/")')).toEqual(
      exited(
        '',
        1,
        'Uncaught TypeError: Network access refused: 10.0.0.1 is not a public address (private).\n' +
          '    at main.ts:2:1\n',
      ),
    );
  });

  it('is told what to do instead of compiling WebAssembly', async () => {
    const code =
      'const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);\n' +
      'for (const compile of [() => WebAssembly.compile(bytes), () => WebAssembly.instantiate(bytes), () => new WebAssembly.Module(bytes)]) {\n' +
      '  await (async () => compile())().catch((e) => console.log(e instanceof WebAssembly.CompileError, e.message.slice(0, 75)));\n}\n' +
      'console.log(await WebAssembly.instantiate(1 as any).catch((e) => e.name))';
    const { stdout } = await run(code);
    const told = (name: string) => `true WebAssembly.${name}(): no WebAssembly is compiled here while code runs`;
    expect(stdout.split('\n')).toEqual([
      expect.stringContaining(told('compile')),
      expect.stringContaining(told('instantiate')),
      expect.stringContaining(told('Module')),
      'TypeError',
      '',
    ]);
  });

  it('loses nothing that it printed before it exited', async () => {
    const { stdout, exit } = await run('for (let i = 0; i < 50000; i++) console.log(i)\nprocess.exit(2)');
    expect(stdout).toBe(Array.from({ length: 50_000 }, (_, i) => `${i}\n`).join(''));
    expect(exit).toEqual({ kind: 'exit', code: 2 });
  });

  it('prints 200,000 lines complete and in order', async () => {
    const { stdout } = await run("for (let i = 0; i < 200000; i++) console.log('line ' + i)", { backpressureMs: 1 });
    expect(stdout).toBe(Array.from({ length: 200_000 }, (_, i) => `line ${i}\n`).join(''));
  });

  it('writes 40 MiB at once', async () => {
    const { stdout, exit } = await run("process.stdout.write('x'.repeat(40 * 1024 * 1024))");
    expect([stdout.length, exit]).toEqual([40 * 1024 * 1024, { kind: 'exit', code: 0 }]);
  });

  it('lives on when garbage is collected', async () => {
    const code = `for (let i = 0; i < 60; i++) {
      Array.from({ length: 100_000 }, () => ({ i }));
      await new Promise((resolve) => setTimeout(resolve));
    }
    console.log('alive')`;
    expect(await run(code)).toEqual(exited('alive\n'));
  });

  it.each([
    ['timers', 'await new Promise((r) => setTimeout(r))'],
    ['immediates', 'await new Promise((r) => setImmediate(r))'],
  ])('waits for its reader when it yields to %s, however much it prints', async (_, yielding) => {
    const code = `const line = 'x'.repeat(1023); for (let i = 0; i < 80; i++) {
      for (let j = 0; j < 1024; j++) console.log(line)
      ${yielding}
    }`;
    const { stdout, stderr, exit } = await run(code);
    expect([stdout.length, stderr, exit]).toEqual([80 * 1024 * 1024, '', { kind: 'exit', code: 0 }]);
  });

  it('runs no timer that it cleared while its output waited', async () => {
    const code = `const told = (name) => () => console.log(name);
      const timeout = setTimeout(told('timeout'), 1), interval = setInterval(told('interval'), 1);
      const immediate = setImmediate(told('immediate'));
      console.log('x'.repeat(1e6));
      // Digests are no timers: while these are made, the timers come due and are held.
      for (let i = 0; i < 20; i++) await crypto.subtle.digest('SHA-256', new Uint8Array(1e6));
      clearTimeout(timeout); clearInterval(+interval); clearImmediate(immediate);
      setTimeout(told('last'), 50)`;
    const { stdout } = await run(code, { backpressureMs: 1 });
    expect(stdout.replace(/^x+\n/, '')).toBe('last\n');
  });

  it('keeps the order of console and process.stdout, and bytes as they are', async () => {
    const { stdout } = await run(
      "console.log('a'); process.stdout.write(new Uint8Array([0xe2, 0x82])); process.stdout.write(new Uint8Array([0xac]));" +
        "process.stdout.write('YmJi', 'base64'); console.log('é'.repeat(3))",
    );
    expect(stdout).toBe('a\n€bbbééé\n');
  });

  it('reads its input as it comes', async () => {
    let more: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      more = resolve;
    });
    async function* stdin() {
      yield 'one';
      await first;
      yield 'two';
    }
    const code = "for await (const chunk of process.stdin) process.stdout.write('<' + chunk + '>')";
    const result = await run(code, { stdin: stdin(), onOutput: () => more() });
    expect(result).toEqual(exited('<one><two>'));
  });

  it('echoes a megabyte of input', async () => {
    const stdin = 'spawnpoint'.repeat(100_000);
    expect((await run('process.stdin.pipe(process.stdout)', { stdin })).stdout).toBe(stdin);
  });

  it('reads it line by line with node:readline, as node does', async () => {
    async function* pieces() {
      for (const piece of ['Ada\n', 'one\r', '\n\ntw', 'o\nlast']) yield piece;
    }
    const code = `
      import { createInterface } from 'node:readline';
      import * as promises from 'readline/promises';
      const lines = promises.createInterface({ input: process.stdin, output: process.stdout });
      const name = await lines.question('Name? ');
      lines.close();
      console.log(name);
      const rest = createInterface({ input: process.stdin }).on('close', () => console.log('closed'));
      for await (const line of rest) console.log(JSON.stringify(line));`;
    const printed = 'Name? Ada\n"one"\n""\n"two"\nclosed\n"last"\n';
    expect((await run(code, { stdin: pieces() })).stdout).toBe(printed);
  });

  it('does not wait for input that it never reads', async () => {
    const stdin = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    expect(await run('console.log(1)', { stdin })).toEqual(exited('1\n'));
  });

  it('sees its arguments and its own environment only', async () => {
    const code = 'console.log(JSON.stringify([process.argv.slice(1), process.env]))';
    const { stdout } = await run(code, { args: ['a b', '--c'], env: { GREETING: 'hi' } });
    expect(JSON.parse(stdout)).toEqual([['/home/user/main.ts', 'a b', '--c'], { GREETING: 'hi' }]);
    expect((await run('console.log(JSON.stringify(process.env))')).stdout).toBe('{}\n');
  });

  it('may be CommonJS with other files', async () => {
    const files = { 'lib/b.ts': 'exports.b = 2 as number', 'c.mjs': 'export default 3' };
    const code = [
      "const { b } = require('./lib/b')",
      "console.log(b, require.main === module, __filename, typeof require('fs').readFileSync, this === exports)",
      "undeclared = 1; import('./c.mjs').then((c) => console.log(c.default))",
    ].join('\n');
    const result = await run(code, { entry: 'main.js', files });
    expect(result).toEqual(exited('2 true /home/user/main.js function true\n3\n'));
  });
});

describe('an error that nobody caught', () => {
  it.each<[string, string, string]>([
    [
      'thrown',
      'interface A {\n  a: string }\n\nfunction f(): never {\n  throw new Error("boom")\n}\nf()',
      'Error: boom\n    at f (main.ts:5:9)\n    at main.ts:7:1',
    ],
    [
      'thrown in a module',
      'import "node:fs"\ntype A = {\n}\nthrow new RangeError("boom")',
      'RangeError: boom\n    at main.ts:4:7',
    ],
    ['on the first line', 'throw new Error("boom"); await 1', 'Error: boom\n    at main.ts:1:7'],
    ['in a timer', '\nsetTimeout(() => {\n  throw new Error("late") }, 1)', 'Error: late\n    at main.ts:3:9'],
    ['in a microtask', '\nqueueMicrotask(() => { throw new Error("soon") })', 'Error: soon\n    at main.ts:2:30'],
    [
      'in a rejection',
      '\nPromise.reject(new Error("no"))\nsetInterval(() => {}, 1000)',
      'Error: no\n    at main.ts:2:16',
    ],
    ['of no error', 'throw { a: 1 }', '{ a: 1 }'],
  ])('%s is printed with its place and ends the program', async (_, code, message) => {
    expect(await run(code)).toEqual(exited('', 1, `Uncaught ${message}\n`));
  });

  it('stands where its author wrote it, whatever TypeScript is around it', async () => {
    const lines = [
      'interface A<\n  T,\n> { a: T }',
      'enum E {\n  A, B = 2,\n}',
      'export const f = <T extends A<\n  string\n>>(a: T, b: number): never => { throw new Error("x" as string) }',
      'export default function g(a: number): void { const q: number = 1; f({ a: "x" }, q as number) }',
      'class C { constructor(private x: number) {} m(): void { (g as any)<string>(this.x as number) } }',
      'const kept: string = await (async (n: number) => new Error("kept").stack!)(1)',
      'console.log(kept); console.trace("here"); console.log(import.meta.url && E.B)',
      'setTimeout((): void => new C(1).m(), 1)',
    ];
    const source = lines.join('\n');
    const place = (text: string): string => {
      const before = source.slice(0, source.indexOf(text)).split('\n');
      return `main.ts:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    };
    const { stdout, stderr, exit } = await run(source);
    expect(stdout.split('\n').slice(0, 2)).toEqual(['Error: kept', `    at ${place('new Error("kept")')}`]);
    expect(stderr.split('\n')).toEqual([
      'Trace: here',
      `    at ${place('trace("here")')}`,
      'Uncaught Error: x',
      `    at f (${place('new Error("x"')})`,
      `    at g (${place('f({ a')})`,
      `    at C.m (${place('<string>(this')})`,
      expect.stringContaining(place('m(), 1)')),
      '',
    ]);
    expect(exit).toEqual({ kind: 'exit', code: 1 });
  });

  it('may be the business of a listener', async () => {
    const code =
      "process.on('uncaughtException', (e) => console.log('got', e.message)); setTimeout(() => { throw Error('x') })";
    expect(await run(code)).toEqual(exited('got x\n'));
  });

  it('is named when the top level waits for ever', async () => {
    const warning = 'Warning: Detected unsettled top-level await\n';
    expect(await run('console.log(1); await new Promise(() => {})')).toEqual(exited('1\n', 13, warning));
  });
});

it('shows a syntax error in the source of its author', async () => {
  const message = 'main.ts:2:17\nlet b: string = = 2;\n                ^\n\nSyntaxError: Unexpected token';
  expect((await run('let a = 1;\nlet b: string = = 2;')).exit).toEqual({ kind: 'failed', message });
});

it('has the console of node', async () => {
  const code = `
    console.log('%s is %d and %o', 'a', 1.5, [1]); console.info(new Map([[1, { a: [2] }]])); console.debug(-0)
    console.error('err'); console.warn(new Set([1]))
    console.group('g'); console.log('in\\nside'); console.group(); console.log('deep'); console.groupEnd(); console.groupEnd()
    console.log('out'); console.count(); console.count('x'); console.count(); console.countReset(); console.count()
    console.assert(true, 'no'); console.assert(false, 'yes %d', 1); console.assert(false)
    console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); console.table([{ a: 1, b: 'x' }, { a: 2, c: true }])
    console.table(new Map([['k', 1]])); console.table([1, 2]); console.table(5); console.log(); console.timeEnd('none')`;
  const { stdout, stderr } = await run(code);
  const reference = await runInNode(code);
  expect({ stdout, stderr }).toEqual(reference);
});

describe('a program that does not end', () => {
  it.each([
    ['', "for (;;) console.log('x'.repeat(99))"],
    [' and catches everything', "for (;;) try { for (;;) console.log('x'.repeat(99)) } catch {} finally { continue }"],
    [' as it exits', "process.on('exit', () => { for (;;) console.log('x'.repeat(99)) })"],
  ])('and prints without yielding%s is stopped, and what it printed is delivered', async (_, code) => {
    const { stdout, stderr, exit } = await run(code);
    expect(stdout.length).toBeGreaterThanOrEqual(64 * 1024 * 1024);
    expect(stdout.length).toBeLessThan(66 * 1024 * 1024);
    expect(stdout.replaceAll(`${'x'.repeat(99)}\n`, '')).toBe('');
    expect(stderr).toMatch(/^spawnpoint-cf: the program was stopped because 64 MiB of its output waited.*\n$/);
    expect(exit).toEqual({ kind: 'exit', code: 1 });
  });

  it('and prints little without yielding is stopped sooner', async () => {
    const { stdout, stderr, exit } = await run("for (;;) console.log('x')");
    expect(stdout.length).toBeGreaterThanOrEqual(4_000_000);
    expect(stdout.length).toBeLessThan(5_000_000);
    expect(stderr).toMatch(
      /^spawnpoint-cf: the program was stopped because two million writes of its output waited.*\n$/,
    );
    expect(exit).toEqual({ kind: 'exit', code: 1 });
  });

  it.each([
    ['waits on timers', "console.log('go'); setInterval(() => {}, 5)"],
    ['loops with await', "console.log('go'); for (;;) await new Promise((r) => setTimeout(r, 1))"],
    ['prints for ever', "for (;;) { console.log('go'); await new Promise((r) => setTimeout(r)) }"],
  ])('and %s is killed', async (_, code) => {
    const result = await run(code, { onOutput: (_, kill) => kill() });
    expect(result.exit).toEqual({ kind: 'killed' });
  });
});

/** What node itself prints for a script. */
async function runInNode(code: string): Promise<{ stdout: string; stderr: string }> {
  const { spawnSync } = await import('node:child_process');
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8', env: { NO_WARNINGS: '1' } });
  return {
    stdout,
    stderr: stderr.replace(/^\(.*\n/gm, (line) => line.replace(/^\(node:\d+\) /, '')).replace(/^\(Use .*\n/gm, ''),
  };
}
