/** The kernel's contract: what an evaluation returns and says, in workerd. */

import { describe, expect, it } from 'vitest';
import { javascriptFactory } from './factory.ts';
import { type InputSyntaxError, isPlain, parseInput } from './parse-input.ts';
import { TestSession, withoutColours } from './testing/test-session.ts';

describe('an evaluation', () => {
  it('returns a value as it is shown', async () => {
    const session = await TestSession.open();
    expect(await session.evaluate('undefined')).toMatchObject({ status: 'ok', value: { isVoid: true } });
    expect(await session.evaluate('"te\\u0000xt\\ud800"')).toMatchObject({
      value: { string: 'te\u0000xt\ud800', isVoid: false },
    });
    const outcome = await session.evaluate('({ a: 1 })');
    expect(outcome).toEqual({ status: 'ok', value: { text: '{ a: \u001b[33m1\u001b[39m }', isVoid: false } });
  });

  it('returns an error with the frames of the user alone', async () => {
    const session = await TestSession.open();
    await session.evaluate('interface A {\n  a: 1\n}\nfunction fail(): never {\n  throw new RangeError("why");\n}');
    const outcome = await session.evaluate('\n[1].map(() => fail())');
    if (outcome.status !== 'error') throw new Error(`it is ${outcome.status}`);
    expect(outcome.error).toMatchObject({ name: 'RangeError', message: 'why' });
    const lines = withoutColours(outcome.error.text).split('\n');
    expect(lines[0]).toBe('RangeError: why');
    expect(lines[1]).toMatch(/^ +at fail \(REPL1:5:\d+\)$/);
    expect(lines.at(-1)).toMatch(/^ +at REPL2:2:\d+$/);
    expect(outcome.error.text).not.toMatch(/spawnpoint|node_modules|workers|\.ts/);
  });

  it('gives host failures no frames of the host', async () => {
    const session = await TestSession.open();
    const shown = await session.show('try { await import("./none.js") } catch (e) { e.stack + e.constructor.name }');
    expect(shown).not.toMatch(/node_modules|file:|modules\.ts/);
    expect(shown).toContain('Cannot find module');
  });

  it('tells output apart by stream and input', async () => {
    const session = await TestSession.open();
    await session.evaluate('console.log("one")');
    await session.evaluate('setTimeout(() => console.error("late"), 1); console.log("two")');
    await session.evaluate('await new Promise((done) => setTimeout(done, 20))');
    const told = session.output.map(({ stream, text, input }) => [stream, text, input]);
    expect(told).toEqual([
      ['stdout', 'one\n', 1],
      ['stdout', 'two\n', 2],
      ['stderr', 'late\n', 2],
    ]);
  });

  it('reports rejections that nobody handles, and only those', async () => {
    const session = await TestSession.open();
    expect(await session.show('Promise.reject(new Error("lost")); 1')).toMatch(/^Uncaught Error: lost\n.*\n1$/s);
    expect(await session.show('const kept = Promise.reject(1); kept.catch(() => {}); 2')).toBe('2');
    expect(await session.show('await Promise.reject(3)')).toBe('Uncaught 3');
    expect(await session.show('try { await Promise.reject(4) } catch (e) { e }')).toBe('4');
  });

  it('waits for backpressure when it yields', async () => {
    const session = await TestSession.open();
    let yields = 0;
    session.onYield = () => {
      yields += 1;
      return yields === 1 ? scheduler.wait(20) : undefined;
    };
    const started = Date.now();
    await session.evaluate('for (let i = 0; i < 3e6; i++);');
    expect(yields).toBeGreaterThan(1);
    expect(Date.now() - started).toBeGreaterThanOrEqual(20);
  });

  it('keeps others from entering meanwhile', async () => {
    const session = await TestSession.open();
    const running = session.evaluate('await new Promise((done) => setTimeout(done, 10))');
    expect(() => session.kernel.snapshot()).toThrow('busy');
    expect(() => session.kernel.complete('a', 1)).toThrow('busy');
    await expect(session.evaluate('1')).rejects.toThrow('busy');
    await expect(session.runBackground()).rejects.toThrow('busy');
    expect(await running).toMatchObject({ status: 'ok' });
  });
});

describe('code that the interpreter parses by itself', () => {
  it.each([
    'return 1',
    'if (x) }',
    '1 +',
    'a b',
    '"open',
    '`open',
    '/(/',
    'new.target',
    'super.x',
    'break',
    'continue',
    'f(,)',
    '[1, 2',
    '1..2..3.4.5x',
    '0b2',
    '"\\u{110000}"',
    'await',
    'a?.b`c`',
    '(1, )',
    'try { 1 }',
    'while (1) {',
    'delete this.#x',
    '@dec',
  ])('is refused as our own parser refuses it: %s', async (code) => {
    const session = await TestSession.open();
    let expected: unknown;
    try {
      parseInput(code, 'js');
    } catch (error) {
      expected = error;
    }
    expect(isPlain(code, 'js')).toBe(true);
    const { message } = expected as InputSyntaxError;
    expect(await session.evaluate(code, { language: 'js' })).toMatchObject({
      status: 'error',
      error: { name: 'SyntaxError', message },
    });
  });

  it('throws what it throws while it runs', async () => {
    const session = await TestSession.open();
    expect(await session.show('JSON.parse("{")')).toContain('Uncaught SyntaxError');
    expect(await session.show('new RegExp("(").test(1)')).toContain('Uncaught SyntaxError');
    expect(await session.show('nowhere')).toContain('Uncaught ReferenceError: nowhere is not defined');
    expect(await session.show('eval("1 +")')).toContain('Uncaught SyntaxError');
    expect(await session.show('"use strict"; (await 20) + 22')).toBe('42');
  });
});

describe('a hostile guest', () => {
  it.each([
    'delete globalThis.Error; delete globalThis.Object; delete globalThis.Promise',
    'Promise.prototype.then = () => { throw 1 }; Promise.prototype.constructor = null',
    'for (const key of Reflect.ownKeys(Array.prototype)) try { Array.prototype[key] = null } catch {}',
    'for (const key of Reflect.ownKeys(String.prototype)) try { delete String.prototype[key] } catch {}',
    'JSON.parse = JSON.stringify = Reflect.ownKeys = Object.defineProperty = () => { throw 1 }',
    'Object.prototype.__defineSetter__("0", () => { throw 1 })',
    'Object.defineProperty(Object.prototype, "get", { get() { throw 1 } }); Object.prototype.constant = ["x"]',
    'globalThis.console = null; globalThis._ = null; globalThis._error = null',
    'globalThis.__spawnpoint_host = { write() { throw 1 } }',
    'Object.freeze(globalThis)',
  ])('cannot break the REPL with %s', async (attack) => {
    const session = await TestSession.open();
    await session.evaluate(attack, { language: 'js' });
    expect(await session.show('20 + 22')).toBe('42');
    expect(await session.show('throw 5')).toBe('Uncaught 5');
    session.kernel.variables();
    session.kernel.complete('Ar', 2);
    session.store();
    await session.restart();
    expect(await session.show('let after = 7; after')).toBe('7');
  });

  it('finds neither host calls nor entry points in its globals', async () => {
    const session = await TestSession.open();
    const shown = await session.show(
      'Object.getOwnPropertyNames(globalThis).filter((k) => /spawn|host|scope|lexical|entry|guest/i.test(k))',
    );
    expect(shown).toBe('[]');
  });
});

it('answers questions between evaluations', async () => {
  const session = await TestSession.open();
  await session.evaluate('const answer = 42; let word = "w"; function twice() {} var old = [1]');
  expect(
    session.kernel
      .variables()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['answer', 'old', 'twice', 'word']);
  expect(session.kernel.complete('answ', 4).candidates).toContain('answer');
  expect(session.kernel.inspect('answer', 3)?.text).toContain('42');
});

it('names its engine', async () => {
  const session = await TestSession.open();
  expect(javascriptFactory.engine).toMatch(/^[0-9a-f]{64}$/);
  expect(session.kernel.engine).toBe(javascriptFactory.engine);
});
