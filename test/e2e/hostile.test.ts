/** Code that would break its session: it ends, says how, and the session still has its state. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
  await machine.run(['-e', 'const kept = { n: 42, f: () => kept.n }']);
});
afterAll(() => machine.dispose());

const KERNEL: readonly (readonly [name: string, code: string, status: number, said: RegExp])[] = [
  ['deep recursion', 'const down = () => down() + 1; down()', 1, /^Uncaught (RangeError|InternalError): .*stack/],
  [
    'deep recursion in JSON',
    '{ let d = []; for (let i = 0; i < 1e5; i++) d = [d]; JSON.stringify(d)',
    1,
    /^Uncaught |The interpreter crashed/,
  ],
  ['an array without end', '{ const a = []; for (;;) a.push(a.length) }', 1, /memory/],
  ['a string that doubles', '{ let s = "x"; for (;;) s += s }', 1, /memory|string length|too long/i],
  ['buffers', '{ const b = []; for (;;) b.push(new ArrayBuffer(1 << 20)) }', 1, /memory/],
  ['one huge buffer', 'new ArrayBuffer(2 ** 40)', 1, /^Uncaught |memory/],
  ['a regular expression that backtracks', '/^(a+)+$/.test("a".repeat(40) + "b")', 124, /too long/],
];

const PRINTED: readonly (readonly [name: string, code: string])[] = [
  ['a getter that throws', '({ get x() { throw new Error("got") } })'],
  ['a proxy whose traps throw', 'new Proxy({}, new Proxy({}, { get() { throw new Error("trap") } }))'],
  ['a revoked proxy', '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()'],
  ['a toString that throws', '({ toString() { throw 1 }, [Symbol.toPrimitive]() { throw 2 } })'],
  ['a class with a hostile name', 'new (class { static get name() { throw 1 } })()'],
  ['a circle', '(() => { const o = { a: [] }; o.a.push(o); return o })()'],
  [
    'an array with holes and a hostile getter',
    '(() => { const a = [, 1]; a.x = 1; a.__defineGetter__("y", () => { throw 1 }); return a })()',
  ],
  ['a long array', 'new Array(1e5).fill(7)'],
  ['deep nesting', '(() => { let o = {}; for (let i = 0; i < 1e4; i++) o = { o }; return o })()'],
  ['an error with a hostile stack', 'Object.defineProperty(new Error("e"), "stack", { get() { throw 1 } })'],
];

describe('in the kernel', () => {
  it.each(KERNEL)('%s', async (_, code, status, said) => {
    const ending = await machine.run(['--timeout', '5', '-e', code]);
    expect(ending).toMatchObject({ stdout: '', status });
    expect(ending.stderr).toMatch(said);
    expect(await machine.print('main', 'kept.f()')).toBe('42');
  });

  it.each(PRINTED)('prints %s', async (_, code) => {
    const { stdout, stderr, status } = await machine.run(['-p', code]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/\S/);
    expect(await machine.print('main', 'kept.f()')).toBe('42');
  });

  it.each([
    ['throws', 'throw new Error("custom")'],
    ['never ends', 'for (;;) {}'],
    ['never settles a loop of microtasks', 'const again = () => Promise.resolve().then(again); return again()'],
  ])('an inspect.custom that %s', async (_, body) => {
    const code = `({ [Symbol.for('nodejs.util.inspect.custom')]() { ${body} } })`;
    const { status } = await machine.run(['--timeout', '1', '-p', code]);
    expect([0, 1, 124]).toContain(status);
    expect(await machine.print('main', 'kept.f()')).toBe('42');
  });

  it('a heap that is full to the brim can be emptied', async () => {
    const fill = 'let kept = 1; const a = []; try { for (;;) a.push(a.length) } catch {}';
    expect(await machine.run(['-s', 'full', '-e', fill])).toMatchObject({ stderr: '', status: 0 });
    expect(await machine.run(['-s', 'full', '-e', 'a.length = 0'])).toMatchObject({ stderr: '', status: 0 });
    expect(await machine.print('full', '[kept, new Array(1e5).fill(7).length]')).toBe('[ 1, 100000 ]');
  });

  it('globals taken away', async () => {
    const code = 'for (const key of Reflect.ownKeys(globalThis)) try { delete globalThis[key] } catch {}';
    await machine.run(['-s', 'bare', '-e', `const kept = 42; ${code}`]);
    expect(await machine.print('bare', '[kept, typeof Object, { n: [kept] }]')).toBe(
      "[ 42, 'undefined', { n: [ 42 ] } ]",
    );
  });

  it('a flood of timers and rejections left behind', async () => {
    const code =
      'for (let i = 0; i < 2000; i++) { setTimeout(() => {}, 1e6); setTimeout(() => { throw new Error("late") }, 0) }';
    expect((await machine.run(['-s', 'flood', '-e', `let n = 1; ${code}`])).status).toBe(0);
    expect(await machine.print('flood', 'n')).toBe('1');
  });
});

describe('in a program', () => {
  it.each([
    ['deep recursion', 'const down = () => down() + 1; down()', /RangeError: Maximum call stack size exceeded/],
    ['an array without end', 'const a = []; for (;;) a.push(new Array(1000).fill(a.length))', /memory|lost/],
    ['a string that doubles', 'let s = "x"; for (;;) s += s', /Invalid string length/],
    [
      'buffers',
      'const b = []; for (;;) b.push(new ArrayBuffer(1 << 24).slice(1))',
      /memory|lost|allocation|not yielded/,
    ],
  ])('%s', async (_, stdin, said) => {
    const { stderr, status } = await machine.run(['--timeout', '30'], { stdin });
    expect(status).toBe(1);
    expect(stderr).toMatch(said);
    expect(await machine.print('main', 'kept.f()')).toBe('42');
  });
});
