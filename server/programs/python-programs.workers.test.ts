/** Python scripts as programs, in workerd. */

import { describe, expect, it } from 'vitest';
import { pythonFactory } from '../testing/python-session.ts';
import { type KernelProgram, runInKernel } from './testing/kernel-programs.ts';

const run = (program: KernelProgram) => runInKernel(pythonFactory, program);
const exit = (code: number) => ({ kind: 'exit', code });

describe('a Python script', () => {
  it('runs as python would run it, with what it imports and the files of the session', async () => {
    const sources = {
      'script.py': [
        'import os, sys',
        'from helper import double',
        'from package.part import NAME',
        'print(__name__, sys.argv, double(21), NAME, os.environ["KEY"])',
        'print(open("own.txt").read(), end="")',
        'import own_module',
        'print(own_module.n, input("name? "), sys.stdin.read().split())',
        'open("out.txt", "w").write("written")',
        'print("to stderr", file=sys.stderr)',
      ].join('\n'),
      'helper.py': 'def double(n): return n * 2',
      'package/__init__.py': '',
      'package/part.py': 'NAME = "part"',
    };
    const files = { 'own.txt': 'own\n', 'own_module.py': 'n = 7' };
    const program = { sources, files, args: ['a', 'b c'], env: { KEY: "it's" }, stdin: 'Ann\nmore\nlines' };
    const result = await run(program);
    expect(result).toMatchObject({
      stdout: "__main__ ['script.py', 'a', 'b c'] 42 part it's\nown\nname? 7 Ann ['more', 'lines']\n",
      stderr: 'to stderr\n',
      exit: exit(0),
    });
    expect(result.files).toMatchObject({ 'own.txt': 'own\n', 'out.txt': 'written' });
    expect(result.files).not.toHaveProperty('helper.py');
  });

  it.each<[string, string, number, string | RegExp]>([
    [
      'an error',
      'def f():\n    1 / 0\n\nf()',
      1,
      /^Traceback \(most recent call last\):\n {2}File "script\.py", line 4, in <module>\n {4}f\(\).*\n {2}File "script\.py", line 2, in f\n {4}1 \/ 0\n[ ~^]*\nZeroDivisionError: division by zero\n$/s,
    ],
    ['a syntax error', 'x = 1\ny = (', 1, /File "script\.py", line 2\n.*SyntaxError: '\(' was never closed\n$/s],
    ['sys.exit', 'import sys; sys.exit(3)', 3, ''],
    ['a message', 'import sys; sys.exit("no")', 1, 'no\n'],
    ['no number', 'import sys; sys.exit(None)', 0, ''],
    ['a number that is no byte', 'import sys; sys.exit(-1)', 255, ''],
    ['an interrupt of its own', 'raise KeyboardInterrupt', 130, /\nKeyboardInterrupt\n$/],
    ['a missing module', 'import nothing_like_it', 1, /ModuleNotFoundError/],
  ])('ends with %s', async (_, code, status, stderr) => {
    const result = await run({ sources: { 'script.py': code } });
    expect(result.exit).toEqual(exit(status));
    expect(result.stderr).toMatch(stderr);
  });

  it.each([
    ['what input() left', 'import sys; input(); print(repr(sys.stdin.read()))', 'a\nb\r\nc', "'b\\nc'\n"],
    ['bytes', 'import sys; print(sys.stdin.buffer.read())', 'a\n\0b', "b'a\\n\\x00b'\n"],
    ['lines', 'import sys; print([line for line in sys.stdin])', 'a\nb', "['a\\n', 'b']\n"],
    ['nothing', 'import sys; print(repr(sys.stdin.read()))', '', "''\n"],
    ['a secret', 'import getpass; print(getpass.getpass("? "))', 'x\n', 'x\n'],
  ])('reads %s from its standard input as it is', async (_, code, stdin, stdout) => {
    expect(await run({ sources: { 'script.py': code }, stdin })).toMatchObject({ stdout, exit: exit(0) });
  });

  it('keeps nothing of what is killed or takes too long', async () => {
    const code = 'open("x", "w").write("y"); print("ready", flush=True)\nwhile True: pass';
    const killed = await run({ sources: { 'script.py': code }, onOutput: (_, kill) => kill() });
    expect(killed).toMatchObject({ stdout: 'ready\n', exit: { kind: 'killed' }, files: {} });
    const asleep = 'import time\ntime.sleep(60)';
    expect(await run({ sources: { 'script.py': asleep }, timeoutSeconds: 0.5 })).toMatchObject({
      exit: { kind: 'timeout' },
      files: {},
    });
  });
});
