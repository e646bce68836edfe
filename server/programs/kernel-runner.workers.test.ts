/** JavaScript programs in kernels of their own, as where there is no Worker Loader. */

import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import { encodeData } from '../../protocol/data.ts';
import { javascriptFactory } from '../kernels/javascript/factory.ts';
import { MemoryBudget } from '../memory.ts';
import { hostSession } from '../testing/hosted-session.ts';
import type { TestTerminal } from '../testing/terminal.ts';
import { TestSession } from '../testing/workers-client.ts';
import { type KernelProgram, runInKernel } from './testing/kernel-programs.ts';

const run = (program: KernelProgram) => runInKernel(javascriptFactory, program);
const exit = (code: number) => ({ kind: 'exit', code });

/** Runs a file of the session. */
async function runFile(terminal: TestTerminal, request: number, entry: string): Promise<unknown> {
  const rest = { sources: [], args: [], env: [], channel: 3, stdin: null, timeout: null };
  terminal.send(encodeClient('run', { request, entry, ...rest }));
  terminal.send(encodeData(3, 0, new Uint8Array(), true));
  const { number } = await terminal.server('accepted', (body) => body.request === request);
  return terminal.find((item) => {
    if (item.kind !== 'event' || item.event.name !== 'exit') return undefined;
    return item.event.body.program === number ? item.event.body : undefined;
  });
}

describe('JavaScript without a Worker Loader', () => {
  it('runs as node would run it', async () => {
    const sources = {
      'a.ts': [
        "import { double } from './lib/double.ts';",
        "import data from './data.json' with { type: 'json' };",
        "import { readFileSync, writeFileSync } from 'node:fs';",
        'const n: number = double(data.n);',
        "setTimeout(() => console.log('later'), 5);",
        "console.log(n, process.argv.slice(1), process.env.NAME, readFileSync('own.txt', 'utf8'));",
        "writeFileSync('out.txt', 'written');",
        'process.exitCode = 3;',
      ].join('\n'),
      'lib/double.ts': 'export const double = (n: number): number => n * 2;',
      'data.json': '{"n": 21}',
    };
    const program = { sources, files: { 'own.txt': 'own' }, args: ['x', 'y z'], env: { NAME: 'v' } };
    expect(await run(program)).toEqual({
      stdout: "42 [ '/home/user/a.ts', 'x', 'y z' ] v own\nlater\n",
      stderr: '',
      exit: exit(3),
      files: { 'own.txt': 'own', 'out.txt': 'written' },
    });
  });

  it.each<[string, KernelProgram['sources'], string]>([
    [
      'sloppy CommonJS',
      { 'a.js': 'x = 1; console.log(x, typeof require, __filename, this === exports)' },
      '1 function /home/user/a.js true\n',
    ],
    [
      'require',
      { 'a.js': "console.log(require('./b').n, require('./c.json'))", 'b.js': 'exports.n = 2', 'c.json': '[3]' },
      '2 [ 3 ]\n',
    ],
    [
      'CommonJS from a module',
      { 'a.mjs': "import b, { n } from './b.cjs'; console.log(b.n, n)", 'b.cjs': 'module.exports = { n: 2 }' },
      '2 2\n',
    ],
    [
      'a circle',
      {
        'a.js': "exports.a = 1; console.log(require('./b').sum)",
        'b.js': "exports.sum = 1 + require('./c').n",
        'c.js': "require('./b'); exports.n = 2",
      },
      '3\n',
    ],
    ['top-level await', { 'a.ts': 'console.log(await Promise.resolve(1))' }, '1\n'],
    ['import()', { 'a.ts': "console.log((await import('./b.ts')).default)", 'b.ts': 'export default 2' }, '2\n'],
    [
      'the exit event',
      { 'a.ts': "process.on('exit', (code) => console.log('bye', code)); process.exit(0); console.log('never')" },
      'bye 0\n',
    ],
  ])('runs %s', async (_, sources, stdout) => {
    expect(await run({ sources: sources ?? {} })).toMatchObject({ stdout, stderr: '', exit: exit(0) });
  });

  it.each<[string, string, number, RegExp]>([
    ['an error', 'const a = 1;\nnull.x', 1, /^Uncaught TypeError: .*\n {4}at .*\/home\/user\/a\.ts:2/],
    [
      'an error in a timer',
      "setTimeout(() => { throw new Error('late') }); setInterval(() => {}, 1)",
      1,
      /^Uncaught Error: late/,
    ],
    ['a rejection', "Promise.reject(new Error('no')); setInterval(() => {}, 1)", 1, /^Uncaught Error: no/],
    ['a syntax error', 'let a = ;', 1, /^a\.ts:1:9\n.*\n.*\n\nSyntaxError/],
    ['a missing module', "import './b'", 1, /Cannot find module '\.\/b'/],
    [
      'a module of node',
      "import 'node:http'",
      1,
      /Cannot find module 'node:http'\. Of node's modules there are assert/,
    ],
    ['an end that never comes', 'await new Promise(() => {})', 13, /^$/],
    ['process.exit in a loop', 'for (;;) process.exit(7)', 7, /^$/],
    ['process.exit in finally', 'try { process.exit(2) } finally { console.error("never") }', 2, /^$/],
  ])('ends with %s', async (_, code, status, stderr) => {
    const result = await run({ sources: { 'a.ts': code } });
    expect(result.exit).toEqual(exit(status));
    expect(result.stderr).toMatch(stderr);
  });

  it('reads standard input', async () => {
    const stdin = 'one\ntwo\n';
    const code =
      'process.stdin.setEncoding("utf8"); let all = ""; for await (const part of process.stdin) all += part; console.log(all.split("\\n"))';
    expect(await run({ sources: { 'a.ts': code }, stdin })).toMatchObject({ stdout: "[ 'one', 'two', '' ]\n" });
    const events =
      'process.stdin.on("data", (part) => console.log(part.length)); process.stdin.on("end", () => console.log("end"))';
    expect(await run({ sources: { 'a.js': events }, stdin })).toMatchObject({ stdout: '8\nend\n', exit: exit(0) });
  });

  it('keeps nothing of what is killed or takes too long', async () => {
    const code = "import fs from 'fs'; fs.writeFileSync('x', 'y'); console.log('ready'); for (;;);";
    const killed = await run({ sources: { 'a.ts': code }, onOutput: (_, kill) => kill() });
    expect(killed).toMatchObject({ stdout: 'ready\n', exit: { kind: 'killed' }, files: {} });
    const late = await run({ sources: { 'a.ts': code }, timeoutSeconds: 0.1 });
    expect(late).toMatchObject({ exit: { kind: 'timeout' }, files: {} });
    const waiting = "setTimeout(() => {}, 60_000); console.log('ready')";
    const asleep = await run({ sources: { 'a.ts': waiting }, onOutput: (_, kill) => kill() });
    expect(asleep.exit).toEqual({ kind: 'killed' });
  });

  it('is refused where its kernel has no room', async () => {
    const { bootBytes } = javascriptFactory;
    const sources = { 'a.ts': 'console.log(1)' };
    expect(await run({ sources, memory: new MemoryBudget(bootBytes) })).toMatchObject({ stdout: '1\n', exit: exit(0) });
    const { exit: refused } = await run({ sources, memory: new MemoryBudget(bootBytes - 1) });
    expect(refused).toEqual({ kind: 'failed', message: expect.stringContaining('again in a while') });
  });

  it('in a session tells once that it is slow; is one revision each time, and the prompt keeps its variables', async () => {
    await runInDurableObject(new TestSession().stub, async (_, state) => {
      const { terminal, check } = await hostSession(state);
      await terminal.run(
        'fs.writeFileSync(\'a.ts\', \'fs.appendFileSync("out", "x"); var mine = 2; console.log(mine)\')',
      );
      await terminal.run('var mine = 1');
      expect(await runFile(terminal, 901, 'a.ts')).toMatchObject({ outcome: { kind: 'exit', code: 0 } });
      expect(await runFile(terminal, 902, 'a.ts')).toMatchObject({ outcome: { kind: 'exit', code: 0 } });
      expect(await terminal.show("[mine, fs.readFileSync('out', 'utf8')]")).toBe("[ 1, 'xx' ]");
      const events = terminal.events();
      const notices = events.flatMap(({ name, body }) => (name === 'notice' ? [[body.level, body.text]] : []));
      expect(notices).toEqual([['warning', expect.stringContaining('slower')]]);
      const changes = events.flatMap(({ name, body }) => (name === 'files' ? [body.cause] : []));
      expect(changes.filter(([cause]) => cause === 'program')).toHaveLength(2);
      check();
    });
  });
});
