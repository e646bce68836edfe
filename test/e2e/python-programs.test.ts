/** Python scripts as programs: from a local file or standard input to their exit status. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const printed = (stdout: string, status = 0) => ({ stdout, stderr: '', status });

it('are sent with what they import, and read what is piped to them', async () => {
  await machine.file('helper.py', 'def greet(name): return f"hello, {name}"');
  await machine.file('script.py', 'import sys, helper\nprint(helper.greet(sys.argv[1]), sys.stdin.read(), end="")');
  expect(await machine.run(['run', 'script.py', 'Ada'], { stdin: 'piped\n' })).toEqual(printed('hello, Ada piped\n'));
});

it('are known by -l and by their #! line, and leave the prompt alone', async () => {
  const stdin = 'import sys\nx = 1\nprint(sys.argv[1:])\nsys.exit(4)';
  expect(await machine.run(['-l', 'py'], { stdin })).toEqual(printed('[]\n', 4));
  expect(await machine.run(['-l', 'py', '-', 'a'], { stdin })).toEqual(printed("['a']\n", 4));
  const shebang = '#!/usr/bin/env python3\nprint("from python")';
  expect(await machine.run([], { stdin: shebang })).toEqual(printed('from python\n'));
  const ending = await machine.run(['-l', 'py', '-p', "'x' in globals()"]);
  expect(ending).toEqual(printed('False\n'));
});

it('end at once with os._exit: its status is theirs, and what they have written is kept', async () => {
  const stdin = `import os
file = open('kept.txt', 'w')
file.write('kept'); file.flush()
print('said')
try: os._exit(3)
finally: print('never')`;
  expect(await machine.run(['-l', 'py'], { stdin })).toEqual(printed('said\n', 3));
  expect(await machine.run(['-l', 'py', '-p', "open('kept.txt').read()"])).toEqual(printed('kept\n'));
});

it('end as a process that a signal ended with os.abort, which is told in a line', async () => {
  const stdin = "import os\nprint('said', flush=True)\nos.abort()";
  const stderr = 'The Python interpreter was ended by os.abort().\n';
  expect(await machine.run(['-l', 'py'], { stdin })).toEqual({ stdout: 'said\n', stderr, status: 134 });
});

it('print to no terminal', async () => {
  const stdin = `import argparse, sys
argparse.ArgumentParser(prog='tides').print_help()
print(sys.stdout.isatty())`;
  const help = 'usage: tides [-h]\n\noptions:\n  -h, --help  show this help message and exit\nFalse\n';
  expect(await machine.run(['-l', 'py'], { stdin })).toEqual(printed(help));
});

it('end with 1 and a traceback for what they do not catch', async () => {
  const { stderr, status } = await machine.run(['-l', 'py'], { stdin: 'def f():\n    1 / 0\nf()' });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^Traceback[\s\S]*line 3, in <module>[\s\S]*line 2, in f\n {4}1 \/ 0[\s\S]*\nZeroDivisionError: /,
  );
});
