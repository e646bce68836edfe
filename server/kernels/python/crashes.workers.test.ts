/** Ways to crash or block the interpreter, in workerd: an error or a trap, and the session goes on from its last revision. */

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPython } from '../../testing/python-session.ts';
import type { TestSession } from '../javascript/testing/test-session.ts';

let session: TestSession;

beforeAll(async () => {
  session = await openPython();
  await session.evaluate('import ctypes, os, sys; kept = [1, 2]');
  session.store();
});

afterEach(async () => {
  expect(await session.show('sum(kept)')).toBe('3');
});

/** What the REPL shows; a crashed interpreter is replaced by the last revision, as the session does. */
async function attempt(code: string, fuel?: number): Promise<string> {
  const shown = await session.show(code, fuel === undefined ? {} : { fuel });
  if (shown.includes('trap:')) await session.restart();
  return shown;
}

async function interruptUntil(end: Promise<unknown>, interval: number): Promise<void> {
  let isOver = false;
  const over = end.then(() => {
    isOver = true;
  });
  for (;;) {
    await Promise.race([over, scheduler.wait(interval)]);
    if (isOver) return;
    session.kernel.interrupt();
  }
}

describe('a crash is told in a line', () => {
  it.each([
    ['reading beyond the memory', 'ctypes.string_at(0xfffffff0, 16)'],
    ['a function that is none', 'ctypes.CFUNCTYPE(ctypes.c_int)(123456)()'],
    ['writing over everything', 'ctypes.memset(0, 255, 20_000_000)'],
    ['a fatal error', 'ctypes.pythonapi.Py_FatalError(b"x")'],
    ['full memory', 'full = []\nwhile True: full.append("x" * 100_000)'],
  ])('%s', async (_name, code) => {
    expect(await attempt(code)).toMatch(/trap: [^\n]+\.$/);
  });
});

it('ending the process ends the interpreter, which is told as what it is', async () => {
  const before = session.output.length;
  expect(await attempt('os.abort()')).toBe('trap: The Python interpreter was ended by os.abort().');
  expect(await attempt('os.kill(os.getpid(), 9)')).toBe('trap: The Python interpreter was ended by signal 9.');
  expect(session.output.slice(before)).toEqual([]);
  const ended = 'trap: The Python interpreter was ended by os._exit(3).';
  expect(await attempt('os._exit(3)')).toBe(ended);
  expect(await attempt('import atexit, sys\nsys.excepthook = lambda *_: os._exit(3)\nos._exit(3)')).toBe(ended);
});

describe('an error, not a crash', () => {
  it.each<[name: string, code: string, expected: RegExp]>([
    ['recursion', 'def f(): f()\nf()', /RecursionError/],
    ['nested repr', 'a = []\nfor _ in range(100000): a = [a]\nrepr(a)', /RecursionError/],
    ['nested JSON', 'import json; json.loads("[" * 200000)', /RecursionError/],
    ['nested objects of JSON', 'import json; json.loads(\'{"a":\' * 200000)', /RecursionError/],
    ['nested tuples, hashed', 'a = ()\nfor _ in range(20000): a = (a,)\nhash(a)', /RecursionError/],
    ['nested tuples, looked up', 'a = ()\nfor _ in range(20000): a = (a,)\n{}.get(a)', /RecursionError/],
    [
      'nested frozen sets',
      'a = frozenset()\nfor _ in range(20000): a = frozenset((a,))\nlen({a})',
      /^1$|RecursionError/,
    ],
    ['nested lists, compared', 'a, b = [], []\nfor _ in range(20000): a, b = [a], [b]\na == b', /RecursionError/],
    [
      'a long linked list, freed',
      'class Node: pass\nlast = None\nfor _ in range(20000):\n  node = Node(); node.next = last; last = node\ndel node, last; 5',
      /^5$/,
    ],
    ['nested parentheses', 'import ast; ast.parse("(" * 100000 + ")" * 100000)', /SyntaxError|MemoryError/],
    ['nested minuses', 'compile("-" * 100000 + "1", "x", "eval")', /MemoryError|RecursionError/],
    ['a huge array', 'bytearray(10**9)', /MemoryError/],
    ['garbage as marshal', 'import marshal; marshal.loads(b"\\xe3" + bytes(range(200)))', /Error/],
    ['a raised interrupt', 'import signal; signal.raise_signal(signal.SIGINT)', /KeyboardInterrupt/],
    ['a timer of the process', 'import signal; signal.setitimer(signal.ITIMER_REAL, 0.1)', /Error/],
    [
      'waiting in a synchronous function',
      'import asyncio\nfrom pyodide.ffi import run_sync\nrun_sync(asyncio.sleep(0, 5))',
      /^5$/,
    ],
  ])('%s', async (_name, code, expected) => {
    expect(await attempt(code)).toMatch(expected);
  });
});

it('recursion without limit ends', async () => {
  const code = 'def g(): g()\nsys.setrecursionlimit(10**9)\ntry: g()\nfinally: sys.setrecursionlimit(1000)';
  expect(await attempt(code, 3_000)).toMatch(/RecursionError|MemoryError|interrupted|trap/);
});

describe('an interrupt', () => {
  it.each([
    ['ends a loop', 'while True: pass'],
    ['ends a sleep', 'import time; time.sleep(1000)'],
    ['ends an await', 'import asyncio; await asyncio.sleep(1000)'],
  ])('%s', async (_name, code) => {
    const running = session.evaluate(code);
    await scheduler.wait(20);
    session.kernel.interrupt();
    expect(await running).toMatchObject({ status: 'interrupted', reason: 'user', clean: true });
  });

  it('may be answered by going on, as often as one likes', async () => {
    const code = 'left = 6\nwhile left:\n  try: time.sleep(1000)\n  except KeyboardInterrupt: left -= 1\nleft';
    const running = session.show(`import time\n${code}`);
    await interruptUntil(running, 260);
    expect(await running).toBe('0');
  });

  it('that comes five times within a second gives up an interpreter that goes on', async () => {
    const running = attempt('import time\nwhile True:\n  try: time.sleep(1000)\n  except BaseException: print("no")');
    await interruptUntil(running, 10);
    expect(await running).toMatch(/trap: Python did not stop when it was told to\.$/);
  });

  it('comes by itself when the fuel is used up', async () => {
    expect(await attempt('while True: pass', 100)).toBe('interrupted (fuel)');
    expect(await attempt('while True:\n  try:\n    while True: pass\n  except BaseException: pass', 100)).toMatch(
      /trap: Python did not/,
    );
  });

  it('that is not heard gives the interpreter up', async () => {
    const deaf = 'import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nwhile True: pass';
    expect(await attempt(deaf, 100)).toMatch(/trap: Python did not/);
  });
});
