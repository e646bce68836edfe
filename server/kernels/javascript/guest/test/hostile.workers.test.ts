/** Values that fight back: printing them runs none of their code, and cannot be broken by overwriting built-ins. */

import { describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';

const NOISY_TRAPS = `new Proxy(function () {}, { get: (_t, name) => () => console.log('TRAP ' + String(name)) })`;

const ROWS: readonly (readonly [what: string, code: string, printed: string])[] = [
  ['getter', `({ get a() { console.log('RAN') } })`, '{ a: [Getter] }'],
  ['toStringTag getter', `new (class A { get [Symbol.toStringTag]() { console.log('RAN') } })()`, 'A {}'],
  ['constructor getter', `({ get constructor() { console.log('RAN') } })`, '{ constructor: [Getter] }'],
  ['static name getter', `new (class { static get name() { console.log('RAN') } })()`, '{}'],
  [
    'name getter of a function',
    `Object.defineProperty(() => {}, 'name', { get() { console.log('RAN') } })`,
    '[Function (anonymous)]',
  ],
  ['hasInstance', `new (class A { static [Symbol.hasInstance]() { console.log('RAN') } })()`, 'A {}'],
  ['proxy with all traps', `new Proxy({ a: 1 }, ${NOISY_TRAPS})`, '{ a: 1 }'],
  ['proxy of an array', `new Proxy([1], ${NOISY_TRAPS})`, '[ 1 ]'],
  ['proxy of a proxy', `new Proxy(new Proxy({ a: 1 }, ${NOISY_TRAPS}), ${NOISY_TRAPS})`, '{ a: 1 }'],
  ['proxy inside', `[new Map([[1, new Proxy({ a: 1 }, ${NOISY_TRAPS})]])]`, '[ Map(1) { 1 => { a: 1 } } ]'],
  ['proxy as prototype', `Object.create(new Proxy({}, ${NOISY_TRAPS}))`, 'Object <{}> {}'],
  [
    'getter of inspect.custom',
    `({ get [Symbol.for('nodejs.util.inspect.custom')]() { console.log('RAN') } })`,
    '{ [Symbol(nodejs.util.inspect.custom)]: [Getter] }',
  ],
  [
    'inspect.custom',
    `({ [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) { return 'C ' + inspect([1], options) } })`,
    'C [ 1 ]',
  ],
  [
    'inspect.custom that throws',
    `({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no') } })`,
    '[Object: printing it failed]',
  ],
  [
    'inspect.custom that returns itself anew',
    `(() => { const make = () => ({ [Symbol.for('nodejs.util.inspect.custom')]: make }); return make() })()`,
    '[Object: printing it failed]',
  ],
  [
    'endless iterator of a Map',
    `new (class M extends Map { *[Symbol.iterator]() { for (;;) yield [1, 2] } get size() { return 1e9 } })([[1, 2]])`,
    'M(1) [Map] { 1 => 2 }',
  ],
  [
    'endless iterator of a Set',
    `new (class S extends Set { *values() { for (;;) yield 1 } })([1])`,
    'S(1) [Set] { 1 }',
  ],
  [
    'toString and toPrimitive',
    `({ toString() { console.log('RAN') }, [Symbol.toPrimitive]() { console.log('RAN') } })`,
    '{\n  toString: [Function: toString],\n  [Symbol(Symbol.toPrimitive)]: [Function: [Symbol.toPrimitive]]\n}',
  ],
  [
    'source getter of a RegExp',
    `new (class R extends RegExp { get source() { console.log('RAN') } get flags() { console.log('RAN') } })('a', 'g')`,
    'R /a/g',
  ],
  [
    'error with getters',
    `(() => { const e = new Error('m'); for (const k of ['name', 'message', 'stack', 'cause']) Object.defineProperty(e, k, { get() { console.log('RAN') }, enumerable: false }); return typeof e })()`,
    "'object'",
  ],
  ['then getter', `({ get then() { console.log('RAN') } })`, '{ then: [Getter] }'],
  [
    'very deep',
    `(() => { let o = {}; for (let i = 0; i < 1e4; i++) o = { o }; return o })()`,
    '{ o: { o: { o: [Object] } } }',
  ],
];

describe('printing runs no code of the value', () => {
  it.each(ROWS)('%s', async (_what, code, printed) => {
    const session = await TestSession.open();
    expect(await session.show(`(${code})`, { language: 'js' })).toBe(printed);
    expect(session.output).toEqual([]);
  });

  it('an inspect.custom that never ends is stopped by fuel, and the session goes on', async () => {
    const session = await TestSession.open();
    const outcome = await session.evaluate(`({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } })`);
    expect(outcome).toEqual({ status: 'interrupted', reason: 'fuel', clean: true });
    expect(await session.show('1 + 1')).toBe('2');
  });

  it('a thrown error whose getters throw is still reported', async () => {
    const session = await TestSession.open();
    const code = `throw Object.defineProperty(new TypeError('m'), 'message', { get() { throw 1 } })`;
    expect(await session.show(code)).toMatch(/^Uncaught TypeError/);
  });
});

const VALUE = `({ a: 'x', b: [1, 'two', new Map([[1, 2]]), new Set([3])], s: 'a\\nb', r: /x/g, d: new Date(0), f() {},
  e: new TypeError('q'), c: class Q {}, n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], big: 10n, u: new Uint8Array(2) })`;

/** Replaces every method of the built-ins by one that throws. `concat` of String cannot be replaced. */
const SABOTAGE = `{
  const iterators = [[][Symbol.iterator](), new Map().entries(), new Set().values(), ''[Symbol.iterator]()];
  const owners = [Array, String, Object, Map, Set, RegExp, Function, Number, Date, Error, WeakMap, WeakSet, Symbol,
    Promise, Object.getPrototypeOf(Uint8Array)].flatMap((type) => [type, type.prototype]);
  owners.push(Reflect, JSON, Math, ...iterators.map((iterator) => Object.getPrototypeOf(iterator)));
  const saboteur = { value() { throw new Error('sabotaged') }, writable: true, configurable: true };
  const { defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const keys = owners.map((owner) => ownKeys(owner));
  for (let i = 0; i < owners.length; i++) {
    for (let j = 0; j < keys[i].length; j++) {
      const key = keys[i][j];
      const property = getOwnPropertyDescriptor(owners[i], key);
      if (property.configurable && typeof property.value === 'function' && key !== 'constructor') {
        defineProperty(owners[i], key, saboteur);
      }
    }
  }
}`;

describe('built-ins that throw', () => {
  it('change nothing about what is printed', async () => {
    const session = await TestSession.open();
    await session.evaluate(`var value = ${VALUE}`, { language: 'js' });
    const before = await session.show('value', { language: 'js' });
    expect(before).toContain('TypeError: q');
    await session.evaluate(SABOTAGE, { language: 'js' });
    expect(await session.show('value', { language: 'js' })).toBe(before);
    expect(await session.show(`throw new RangeError('still here')`, { language: 'js' })).toContain(
      'Uncaught RangeError: still here',
    );
    expect(await session.show(`console.log('a %s', 'b')`, { language: 'js' })).toBe('a b\nundefined');
  });

  it('do not keep a heap from being restored', async () => {
    const session = await TestSession.open();
    await session.evaluate(`setTimeout(() => 0, 1e6); ${SABOTAGE}`, { language: 'js' });
    session.store();
    await session.restart();
    expect(session.kernel.nextBackgroundAt()).toBeGreaterThan(Date.now());
    expect(await session.show('2 + 2', { language: 'js' })).toBe('4');
  });
});

describe('globals that the user redefines', () => {
  it('stay what they were for the prelude', async () => {
    const session = await TestSession.open();
    session.onFetch = async () => new Response('ok');
    await session.evaluate(`const URL = 1, Map = 2, Promise = 3, Error = 4, Uint8Array = 5, Symbol = 6, Object = 7, JSON = 8;
      let Reflect = 9, TextEncoder, TextDecoder, Headers, Array, String, Number, Math, TypeError, Set, WeakMap`);
    expect(await session.show(`fs.writeFileSync('a', 'x'); fs.readFileSync('a', 'utf8')`)).toBe(`'x'`);
    expect(await session.show(`await (await fetch('http://host/')).text()`)).toBe(`'ok'`);
    expect(await session.show(`await kv.set('a', [1]); await kv.get('a')`)).toBe('[ 1 ]');
    expect(await session.show(`console.table([{ a: 1 }])`)).toContain('(index)');
    expect(await session.show(`fs.readFileSync('b')`)).toContain('ENOENT');
  });
});
