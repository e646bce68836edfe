/** `-e`, `-p` and `repl`: inputs for the live kernel, each from a process of its own. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const printed = (stdout: string) => ({ stdout, stderr: '', status: 0 });
const failed = (stderr: string, status = 1, stdout = '') => ({ stdout, stderr, status });

describe('the first steps of a user', () => {
  it('prints a value, with the server started by itself', async () => {
    expect(await machine.run(['-p', '1+1'])).toEqual(printed('2\n'));
  });

  it('keeps state for another process', async () => {
    expect(await machine.run(['-e', 'const f = (n: number) => n * 2'])).toEqual(printed(''));
    expect(await machine.run(['-p', 'f(21)'])).toEqual(printed('42\n'));
  });

  it('runs a piped program', async () => {
    const stdin = 'const n: number = 6\nconsole.log(n*7)\n';
    expect(await machine.run([], { stdin })).toEqual(printed('42\n'));
  });

  it('takes inputs from a file', async () => {
    await machine.file('inputs.txt', 'const square = (n: number) => {\n  return n * n\n}\nconsole.log(square(7))\n');
    expect(await machine.shell('spawnpoint-cf repl < inputs.txt')).toEqual(printed('49\n'));
  });

  it('puts a file', async () => {
    await machine.file('notes.md', '# Notes\n');
    expect(await machine.shell('spawnpoint-cf files put notes.md - < notes.md')).toEqual(printed(''));
    expect(await machine.run(['files', 'cat', 'notes.md'])).toEqual(printed('# Notes\n'));
  });

  it('tells of the server', async () => {
    const { stdout, ...rest } = await machine.run(['server', 'status']);
    expect(stdout).toMatch(/^running at http:\/\/127\.0\.0\.1:\d+ \(process \d+, version \d+\.\d+\.\d+\)\n$/);
    expect(rest).toEqual({ stderr: '', status: 0 });
  });
});

describe('--json', () => {
  it.each([
    [['-p', '({ a: 1 })'], 0, { status: 'ok', text: '{ a: 1 }', isVoid: false, string: null }],
    [['-e', '"é"'], 0, { status: 'ok', text: "'é'", isVoid: false, string: 'é' }],
    [['-p', 'throw new TypeError("bad")'], 1, { status: 'error', name: 'TypeError', message: 'bad' }],
    [['--timeout', '0.05', '-p', 'for (;;) {}'], 124, { status: 'interrupted', reason: 'fuel', kept: true }],
    [['-l', 'py', '-p', '1 + 1'], 0, { status: 'ok', text: '2' }],
  ])('tells how %j ended, in the last line', async (args, status, outcome) => {
    const { stdout, ...rest } = await machine.run(['--json', ...args]);
    expect(rest).toMatchObject({ status });
    expect(JSON.parse(stdout)).toMatchObject(outcome);
  });

  it('comes after what the code prints', async () => {
    const { stdout } = await machine.run(['--json', '-e', 'console.log("said")']);
    expect(stdout.split('\n')).toEqual(['said', expect.stringContaining('"status":"ok"'), '']);
  });

  it('tells the same of programs, and of each input of repl, on lines of their own', async () => {
    const run = async (args: string[], stdin: string) => (await machine.run([...args, '--json'], { stdin })).stdout;
    expect(await run([], 'process.stdout.write("no line end"); process.exit(3)')).toBe(
      'no line end\n{"kind":"exit","code":3}\n',
    );
    await machine.file('two.ts', 'console.log(1 + 1)');
    const { stdout } = await machine.run(['--json', 'run', 'two.ts']);
    expect(stdout).toBe('2\n{"kind":"exit","code":0}\n');
    const inputs = await run(['repl', '--keep-going'], '1 + 1\nprocess.stdout.write("x")\nnope\n');
    expect(inputs.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^{"status":"ok","text":"2",/),
      'x',
      expect.stringMatching(/^{"status":"ok",/),
      expect.stringMatching(/^{"status":"error","name":"ReferenceError",/),
    ]);
  });
});

describe('-p', () => {
  it.each([
    ['a string as it is', '"a\\n\\u001b[1mé"', 'a\n\u001b[1mé\n'],
    ['undefined', 'undefined', 'undefined\n'],
    ['nothing at all', '', 'undefined\n'],
    ['null', 'null', 'null\n'],
    [
      'a promise as the kernel shows it',
      'Promise.resolve({ a: [1, { b: 2 }] })',
      'Promise { { a: [ 1, [Object] ] } }\n',
    ],
    ['what was awaited', 'await Promise.resolve("late")', 'late\n'],
    ['an object without colours', '({ n: 1, s: "x", f() {} })', "{ n: 1, s: 'x', f: [Function: f] }\n"],
    ['TypeScript', '(<T>(value: T): T => value)("typed" as string)', 'typed\n'],
    ['console output before the value', 'console.log("out"); 1', 'out\n1\n'],
  ])('prints %s', async (_, code, stdout) => {
    expect(await machine.run(['-p', code])).toEqual(printed(stdout));
  });

  it('prints a mebibyte of text whole, with and without a last character more', async () => {
    for (const length of [1024 * 1024, 1024 * 1024 + 1]) {
      const { stdout, status } = await machine.run(['-p', `'x'.repeat(${length})`]);
      expect(status).toBe(0);
      if (length <= 1024 * 1024) expect(stdout).toBe(`${'x'.repeat(length)}\n`);
      // One that a result cannot carry is shown as the kernel shows it, and says that it is cut.
      else expect(stdout).toMatch(/^'x+'\.\.\. \d+ more characters\n$/);
    }
  });

  it('keeps stderr apart', async () => {
    const code = 'console.error("err"); console.log("out"); 2';
    expect(await machine.run(['-p', code])).toEqual({ stdout: 'out\n2\n', stderr: 'err\n', status: 0 });
  });

  it('has sessions that know nothing of each other', async () => {
    await machine.run(['-s', 'one', '-e', 'let mine = 1']);
    expect(await machine.print('one', 'mine')).toBe('1');
    expect(await machine.print('two', 'typeof mine')).toBe('undefined');
  });
});

describe('an error', () => {
  it('is printed with its place', async () => {
    const { stderr, ...rest } = await machine.run([
      '-s',
      'errors',
      '-e',
      'function f() {\n  throw new TypeError("boom")\n}\nf()',
    ]);
    expect(rest).toEqual({ stdout: '', status: 1 });
    expect(stderr).toBe('Uncaught TypeError: boom\n    at f (REPL1:2:13)\n    at REPL1:4:1\n');
  });

  it('of syntax shows the place with a caret and changes nothing', async () => {
    await machine.run(['-s', 'syntax', '-e', 'let kept = 1']);
    expect(await machine.run(['-s', 'syntax', '-e', 'kept = 2; let x = = 3'])).toEqual(
      failed(
        "Uncaught SyntaxError: Unexpected token '='\n    at REPL2:1:19\n\nkept = 2; let x = = 3\n                  ^\n",
      ),
    );
    expect(await machine.print('syntax', 'kept')).toBe('1');
  });

  it('of something that is no error is printed as it is', async () => {
    expect(await machine.run(['-e', 'throw { a: 1 }'])).toEqual(failed('Uncaught { a: 1 }\n'));
    expect(await machine.run(['-e', 'await Promise.reject(undefined)'])).toEqual(failed('Uncaught undefined\n'));
  });

  it('is what process.exit is in a session', async () => {
    const { stderr, status } = await machine.run(['-e', 'process.exit(3)']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Uncaught Error: A session does not exit\./);
  });
});

describe('repl', () => {
  it('echoes no values and feeds inputs of several lines', async () => {
    const stdin = 'let a = 1\na + 1\nfunction g(\n  n\n) {\n  return n +\n`\n!`\n}\nconsole.log(g(a))\n';
    expect(await machine.run(['repl'], { stdin })).toEqual(printed('1\n!\n'));
  });

  it('takes a last line without its end', async () => {
    expect(await machine.run(['repl'], { stdin: 'console.log(1)\nconsole.log(2)' })).toEqual(printed('1\n2\n'));
  });

  it('runs an input as soon as it is there', async () => {
    const cli = machine.start(['repl'], { stdin: '' });
    cli.stdin.write('console.log("one")\n');
    await cli.until(({ stdout }) => stdout === 'one\n');
    cli.stdin.write('if (true) {\n  console.log("two")\n');
    cli.stdin.write('}\n');
    await cli.until(({ stdout }) => stdout === 'one\ntwo\n');
    cli.stdin.end();
    expect(await cli.ended).toEqual(printed('one\ntwo\n'));
  });

  const broken = 'console.log(1)\nthrow new Error("x")\nlet = = 1\nconsole.log(2)\n';

  it('stops at the first error', async () => {
    expect(await machine.run(['-s', 'stop', 'repl'], { stdin: broken })).toEqual(
      failed('Uncaught Error: x\n    at REPL2:1:11\n', 1, '1\n'),
    );
  });

  it('goes on with --keep-going, and still fails', async () => {
    const { stdout, stderr, status } = await machine.run(['-s', 'go', 'repl', '--keep-going'], { stdin: broken });
    expect({ stdout, status }).toEqual({ stdout: '1\n2\n', status: 1 });
    expect(stderr).toMatch(/^Uncaught Error: x\n {4}at REPL2:1:11\nUncaught SyntaxError: .*\n\nlet = = 1\n {6}\^\n$/s);
  });

  it('feeds more inputs than a second admits, in order', async () => {
    const stdin = Array.from({ length: 100 }, (_, n) => `console.log(${n})\n`).join('');
    const { stdout, status } = await machine.run(['-s', 'many', 'repl'], { stdin });
    expect(status).toBe(0);
    expect(stdout).toBe(Array.from({ length: 100 }, (_, n) => `${n}\n`).join(''));
  });

  it('says what to do with an input that never ends', async () => {
    const { stderr, status } = await machine.run(['repl'], { stdin: 'console.log(1)\nfunction f() {\n' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Uncaught SyntaxError: /);
  });
});

it('lets two processes work in one session at once', async () => {
  await machine.run(['-s', 'both', '-e', 'let n = 0']);
  const stdin = 'n++\n'.repeat(40);
  const [a, b] = await Promise.all([1, 2].map(() => machine.run(['-s', 'both', 'repl'], { stdin })));
  expect([a, b]).toEqual([printed(''), printed('')]);
  expect(await machine.print('both', 'n')).toBe('80');
});

describe('colours', () => {
  const code = '({ n: 1 })';
  const colored = '{ n: \u001b[33m1\u001b[39m }\n';

  it.each<[string, Record<string, string>, string[], string]>([
    ['none where stdout is no terminal', {}, [], '{ n: 1 }\n'],
    ['by FORCE_COLOR', { FORCE_COLOR: '1' }, [], colored],
    ['none by NO_COLOR', { NO_COLOR: '1' }, [], '{ n: 1 }\n'],
    ['none by --no-color, whatever is forced', { FORCE_COLOR: '1' }, ['--no-color'], '{ n: 1 }\n'],
    ['none by FORCE_COLOR=0', { FORCE_COLOR: '0' }, [], '{ n: 1 }\n'],
  ])('%s', async (_, env, options, stdout) => {
    expect(await machine.run([...options, '-p', code], { env })).toEqual(printed(stdout));
  });

  it('where stdout is a terminal, unless NO_COLOR or a dumb one', async () => {
    const terminal = machine.open(['-p', code]);
    expect(await terminal.ended).toEqual({ status: 0, signal: 0 });
    expect(terminal.screen.trim()).toBe('{ n: 1 }');
  });
});

describe('--timeout', () => {
  const MANY =
    'const again = () => queueMicrotask(again); for (let n = 0; n < 2000; n++) again(); await new Promise(() => {})';

  it.each([
    ['a loop', 'x = 1; for (;;) {}', 'kept', '1'],
    ['microtasks', 'x = 1; const again = () => Promise.resolve().then(again); await again()', 'kept', '1'],
    ['many microtasks', `x = 1; ${MANY}`, 'undone', '0'],
    ['timers', 'x = 1; await new Promise(() => setInterval(() => {}, 1))', 'kept', '1'],
    ['a wait', 'x = 1; await new Promise(() => {})', 'kept', '1'],
  ])('ends %s', async (name, code, what, x) => {
    const session = `timeout-${name.replaceAll(' ', '-')}`;
    await machine.run(['-s', session, '-e', 'let x = 0']);
    expect(await machine.run(['-s', session, '--timeout', '0.2', '-e', code])).toEqual(
      failed(
        `spawnpoint-cf: stopped: it took too long (see --timeout); what it changed ${what === 'kept' ? 'is' : 'was'} ${what}\n`,
        124,
      ),
    );
    expect(await machine.print(session, 'x')).toBe(x);
  });
});
