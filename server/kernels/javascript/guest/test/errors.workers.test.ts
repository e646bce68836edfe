/** Errors as the user sees them: Node's form, the user's frames only. */

import { beforeAll, describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';

let session: TestSession;
beforeAll(async () => {
  session = await TestSession.open();
});

const ROWS: readonly (readonly [code: string, shown: RegExp])[] = [
  ['throw new TypeError("bad")', /^Uncaught TypeError: bad\n {4}at REPL\d+:1:\d+$/],
  [
    'function f() { throw new Error("in f") }\nf()',
    /^Uncaught Error: in f\n {4}at f \(REPL\d+:1:\d+\)\n {4}at REPL\d+:2:\d+$/,
  ],
  ['[1].map(() => { throw new Error("x") })', /\n {4}at map \(<anonymous>\)\n {4}at REPL\d+:1:\d+$/],
  ['throw 5', /^Uncaught 5$/],
  ['throw "text"', /^Uncaught 'text'$/],
  ['throw { a: 1 }', /^Uncaught \{ a: 1 \}$/],
  ['throw null', /^Uncaught null$/],
  [
    'throw new Error("x", { cause: new RangeError("y") })',
    /^Uncaught Error: x\n {4}at .* \{\n {2}\[cause\]: RangeError: y\n/,
  ],
  [
    'throw new AggregateError([new Error("one")], "many")',
    /^Uncaught AggregateError: many\n[\s\S]*\[errors\]: \[\n {4}Error: one/,
  ],
  ['throw Object.assign(new Error("x"), { code: "E_X" })', /\{\n {2}code: 'E_X'\n\}$/],
  ['class MyError extends Error { name = "MyError" }; throw new MyError("mine")', /^Uncaught MyError: mine\n/],
  ['throw new DOMException("m", "AbortError")', /^Uncaught DOMException \[AbortError\]: m\n {4}at REPL/],
  [
    'fs.readFileSync("nope")',
    /^Uncaught Error: ENOENT: no such file or directory, open 'nope'\n {4}at REPL\d+:1:\d+ \{\n {2}errno: -2,\n {2}code: 'ENOENT',\n {2}syscall: 'open',\n {2}path: 'nope'\n\}$/,
  ],
  ['const error = new Error("e"); error.stack = "mine"; error', /^\[mine\]$/],
  ['(() => { const o = {}; Error.captureStackTrace(o); return o.stack.split("\\n")[0] })()', /^'Error'$/],
  ['new Error("m").stack.startsWith("Error: m\\n    at ")', /^true$/],
  ['(function deep() { deep() })()', /^Uncaught RangeError: Maximum call stack size exceeded\n {4}at deep/],
];

describe('errors', () => {
  it.each(ROWS)('%s', async (code, shown) => {
    const text = await session.show(code, { language: 'js' });
    expect(text).toMatch(shown);
    expect(text).not.toContain('spawnpoint');
  });

  it('have a name and a message apart', async () => {
    expect(await session.evaluate('throw new RangeError("r")')).toMatchObject({
      status: 'error',
      error: { name: 'RangeError', message: 'r' },
    });
  });
});
