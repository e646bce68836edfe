/** The live Python kernel, as a user of the installed product meets it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSideModule } from '../../server/kernels/python/build/side-modules.ts';
import { LoopbackIndex } from '../../server/kernels/python/testing/package-index.ts';
import { Machine } from '../support/machine.ts';

let machine: Machine;
let index: LoopbackIndex;

beforeAll(async () => {
  index = await LoopbackIndex.start();
  machine = await Machine.create({ SPAWNPOINT_PYTHON_INDEX: index.address });
});
afterAll(async () => {
  await machine.dispose();
  await index.stop();
});

const TALLY = fileURLToPath(new URL('../../server/kernels/python/side-modules/tally.wat', import.meta.url));
const printed = (stdout: string, status = 0) => ({ stdout, stderr: '', status });
const python = (code: string, ...options: string[]) => machine.run([...options, '-l', 'py', '-e', code]);
const value = (code: string, ...options: string[]) => machine.run([...options, '-l', 'py', '-p', code]);

describe('Python', () => {
  it('keeps state for another process', async () => {
    expect(await python('def double(n):\n    return n * 2\n\nkept = [1]')).toEqual(printed(''));
    expect(await value('double(21)')).toEqual(printed('42\n'));
    expect(await value('None')).toEqual(printed('None\n'));
  });

  it('reads standard input', async () => {
    const code = 'name = input("name? "); import sys; print(name, sys.stdin.read().split())';
    expect(await machine.run(['-l', 'py', '-e', code], { stdin: 'Ada\n1\n2\n' })).toEqual(
      printed("name? Ada ['1', '2']\n"),
    );
  });

  it('takes inputs from a file', async () => {
    const stdin = 'def f(n):\n    if n:\n\n        return n\n\nprint(f(3))\nfor i in range(2):\n    print(i)\n';
    expect(await machine.run(['repl', '-l', 'py'], { stdin })).toEqual(printed('3\n0\n1\n'));
  });

  it('ends as the code does', async () => {
    expect((await python('import sys; sys.exit(3)')).status).toBe(3);
    const { stderr, status } = await python('def fail():\n    return 1 / 0\n\nfail()');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Traceback \(most recent call last\):\n {2}File "<input \d+>", line 4, in <module>\n/);
    expect(stderr).toMatch(/ZeroDivisionError: division by zero\n$/);
  });

  it('is interrupted by Ctrl-C and keeps what was done', async () => {
    const running = machine.start(['-l', 'py', '-e', 'kept.append(2); print("on")\nwhile True: pass']);
    await running.until(({ stdout }) => stdout.includes('on\n'));
    running.kill('SIGINT');
    expect((await running.ended).status).toBe(130);
    expect(await value('kept')).toEqual(printed('[1, 2]\n'));
  });

  it('has the files that JavaScript and the command line have', async () => {
    await python('open("from_python.txt", "w").write("Π")');
    expect(await machine.run(['files', 'cat', 'from_python.txt'])).toEqual(printed('Π'));
    await machine.run(['-e', 'fs.writeFileSync("from_js.py", "made = 7\\n")']);
    expect(await value('import from_js; from_js.made')).toEqual(printed('7\n'));
  });

  it('exchanges plain data with JavaScript', async () => {
    await python(
      'import datetime\ntide = {"when": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), "big": 2**64, "raw": b"hi"}',
    );
    const shown =
      '{\n  when: 2024-01-01T00:00:00.000Z,\n  big: 18446744073709551616n,\n  raw: Uint8Array(2) [ 104, 105 ]\n}\n';
    expect(await machine.run(['-p', 'py.tide'])).toEqual(printed(shown));
    await machine.run([
      '-e',
      'const chart = { of: [py.tide.big, undefined], at: new Map([[1, new Set(["x"])]]), f: () => 1 }',
    ]);
    await machine.run(['-e', 'const { f, ...plain } = chart']);
    expect(await value('js.plain')).toEqual(printed("{'of': [18446744073709551616, None], 'at': {1: {'x'}}}\n"));
    expect((await value('js.chart')).stderr).toContain('ValueError: chart.f is a function: only plain data is copied');
    expect((await value('js.nothing')).stderr).toContain('NameError: JavaScript has no variable nothing.');
    expect((await python('js.plain = 1')).stderr).toContain('AttributeError: js.NAME can only be read from Python');
  });

  it('installs packages from the index', async () => {
    index.publish({ name: 'tiny', version: '1.0', files: { 'tiny.py': 'def f(): return "tiny"\n' } });
    expect(await python('%pip install tiny')).toEqual(printed('Installed tiny 1.0.\n'));
    expect(await value('import tiny; tiny.f()')).toEqual(printed('tiny\n'));
    const { stderr, status } = await python('%pip install absent');
    expect([status, stderr]).toEqual([1, expect.stringContaining('absent')]);
  });

  it('links the compiled parts of packages that the server was deployed with, and no others', async () => {
    const tally = await readSideModule(TALLY);
    const tags = 'cp314-cp314-emscripten_5_0_3_wasm32';
    const plan = { name: 'spawnpoint-tally', version: '1.0', tags };
    index.publish({ ...plan, files: { 'tally.py': 'from _tally import add, total\n', '_tally.so': tally } });
    index.publish({ ...plan, name: 'other' });
    // What takes numbers of functions before and after does not come between.
    await python('import ctypes; early = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)');
    expect(await python('%pip install spawnpoint-tally')).toEqual(printed('Installed spawnpoint-tally 1.0.\n'));
    expect(await value('import tally; tally.add(40)')).toEqual(printed('40\n'));
    expect((await python('%pip install other')).stderr).toContain('that the server was deployed with');
    await python(`open('strange.so', 'wb').write(open(__import__('_tally').__file__, 'rb').read() + b'\\0\\0')`);
    expect((await python('import strange')).stderr).toContain('compiled code that this server was not deployed with');
  });

  it('goes back, and on in a fork', async () => {
    await python('step = 1');
    await python('step = 2; open("step.txt", "w").write("2")');
    expect((await machine.run(['undo'])).status).toBe(0);
    expect(await value('import os; step, os.path.exists("step.txt")')).toEqual(printed('(1, False)\n'));
    expect((await machine.run(['sessions', 'fork', 'main', 'other'])).status).toBe(0);
    await python('step = 3');
    expect(await value('step', '-s', 'other')).toEqual(printed('1\n'));
  });

  it('keeps variables, generators, open files and compiled parts when its process is killed', async () => {
    await python('numbers = (n for n in range(9)); next(numbers); out = open("log.txt", "a"); out.write("a")');
    const { workers } = JSON.parse(readFileSync(join(machine.home, 'daemon.json'), 'utf8')) as {
      workers: { role: string; pid: number }[];
    };
    const main = workers.find(({ role }) => role === 'main');
    if (!main) throw new Error('the server does not tell its processes');
    process.kill(main.pid, 'SIGKILL');
    expect(await value('_ = out.write("b"); out.close(); double(next(numbers)), open("log.txt").read()')).toEqual(
      printed("(2, 'ab')\n"),
    );
    const code = 'late = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 8); tally.add(2), tally.total(), late()';
    expect(await value(code)).toEqual(printed('(42, 42, 8)\n'));
    expect((await python('tally.add(-1)')).stderr).toMatch(/ValueError: a tally only counts up\n$/);
  });
});
