/** Stopping guests: by the user, by fuel, by the limits of memory and stack. */

import { describe, expect, it } from 'vitest';
import { TestSession } from './testing/test-session.ts';

const MANY_LOOPS =
  'const spin = () => queueMicrotask(spin); for (let n = 0; n < 2000; n++) spin(); await new Promise(() => {})';

/** Interrupts once the evaluation has yielded a few times. */
async function interrupted(session: TestSession, code: string) {
  let yields = 0;
  session.onYield = () => {
    yields += 1;
    if (yields === 3) session.kernel.interrupt();
    return undefined;
  };
  const outcome = await session.evaluate(code);
  session.onYield = () => undefined;
  return outcome;
}

describe('an interrupt', () => {
  it.each([
    ['while (true) {}'],
    ['for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }'],
    ['(function f() { try { while (true) {} } finally { f() } })()'],
    ['/(a+)+$/.test("a".repeat(50) + "b")'],
    ['const p = new Proxy({}, { ownKeys() { while (true) {} } }); Object.keys(p)'],
    ['new Array(1e5).fill(0).sort(() => { while (true) {} })'],
    ['setTimeout(() => { while (true) {} }, 1); await new Promise(() => {})'],
    // Few checks, and much between two of them.
    ['const text = "[" + "1,".repeat(1e5) + "1]"; for (;;) JSON.parse(text)'],
    ['for (;;) "a".repeat(20000).split("").reverse().join("")'],
  ])('stops %s and keeps the state', async (code) => {
    const session = await TestSession.open();
    await session.evaluate('let kept = 1; const bump = () => ++kept');
    expect(await interrupted(session, code)).toEqual({ status: 'interrupted', reason: 'user', clean: true });
    expect(await session.show('bump()')).toBe('2');
  });

  it.each([
    ['while (true) await null'],
    ['(async () => { for (;;) await null })()'],
    ['(function spin() { Promise.resolve().then(spin) })()'],
    ['queueMicrotask(function again() { queueMicrotask(again) })'],
    ['const spin = async () => { for (;;) await null }; await Promise.all(Array.from({ length: 10 }, spin))'],
  ])('stops %s, whose jobs never end, and keeps the state', async (code) => {
    const session = await TestSession.open();
    await session.evaluate('let kept = 1; const bump = () => ++kept');
    expect(await interrupted(session, code)).toEqual({ status: 'interrupted', reason: 'user', clean: true });
    expect(await session.show('bump()')).toBe('2');
    expect(await session.show('await new Promise((done) => setTimeout(done, 1, "on"))')).toBe("'on'");
  });

  it('stops more loops of jobs than it can end, whose state is none to keep', async () => {
    const session = await TestSession.open();
    const outcome = await interrupted(session, MANY_LOOPS);
    expect(outcome).toEqual({ status: 'interrupted', reason: 'user', clean: false });
  });

  it('ends a wait for nothing', async () => {
    const session = await TestSession.open();
    const running = session.evaluate('await new Promise(() => {})');
    await scheduler.wait(5);
    session.kernel.interrupt();
    expect(await running).toEqual({ status: 'interrupted', reason: 'user', clean: true });
    expect(await session.show('1')).toBe('1');
  });

  it('does nothing when nothing runs', async () => {
    const session = await TestSession.open();
    session.kernel.interrupt();
    expect(await session.show('let n = 0; for (let i = 0; i < 1e5; i++) n++; n')).toBe('100000');
  });

  it('comes while everything else goes on', async () => {
    const session = await TestSession.open();
    let ticks = 0;
    const ticking = (async () => {
      while (ticks < 20) {
        await scheduler.wait(0);
        ticks += 1;
      }
      session.kernel.interrupt();
    })();
    expect(await session.evaluate('while (true) {}')).toMatchObject({ status: 'interrupted' });
    await ticking;
    expect(ticks).toBe(20);
  });
});

describe('fuel', () => {
  it.each(['while (true) {}', 'const t = () => { for (;;); }; t()', 'new Promise(() => { for (;;); })'])(
    'ends %s',
    async (code) => {
      const session = await TestSession.open();
      expect(await session.evaluate(code, { fuel: 20 })).toEqual({
        status: 'interrupted',
        reason: 'fuel',
        clean: true,
      });
      expect(await session.show('"on"')).toBe("'on'");
    },
  );

  it.each([
    ['never stops making jobs', 'while (true) await null', true],
    ['never stops in many places', MANY_LOOPS, false],
  ])('ends what %s', async (_, code, clean) => {
    const session = await TestSession.open();
    const outcome = await session.evaluate(code, { fuel: 20 });
    expect(outcome).toEqual({ status: 'interrupted', reason: 'fuel', clean });
  });

  it('is not used by waiting', async () => {
    const session = await TestSession.open();
    const shown = await session.show('await new Promise((done) => setTimeout(done, 50, "rested"))', { fuel: 2 });
    expect(shown).toBe("'rested'");
  });

  it('is enough for printing after it is used up', async () => {
    const session = await TestSession.open();
    expect(await session.show('Array.from({ length: 100 }, (_, i) => ({ i }))', { fuel: 1 })).toContain('{ i: 99 }');
  });

  it('ends timers in the background, by the number of their input', async () => {
    const session = await TestSession.open();
    await session.evaluate('0');
    await session.evaluate('setTimeout(() => { for (;;); }, 1)');
    await session.evaluate('setTimeout(() => 0, 0)');
    session.clockOffset = 10;
    const turn = await session.runBackground(20);
    expect(turn).toMatchObject({ status: 'interrupted', input: 2, reason: 'fuel', clean: true });
    expect(await session.show('1')).toBe('1');
  });
});

describe('limits', () => {
  it.each([
    ['a string', '"x".repeat(2 ** 29)'],
    ['an array', 'const all = []; for (;;) all.push(new Array(1000).fill(1))'],
    ['a buffer', 'new Uint8Array(64 * 1024 * 1024)'],
    ['many objects', 'let chain = null; for (;;) chain = { chain, more: {} }'],
  ])('of memory end %s with an error that can be caught', async (_name, code) => {
    const session = await TestSession.open();
    expect(await session.show(`try { ${code} } catch (e) { e.message }`)).toBe("'out of memory'");
    expect(await session.show('1 + 1')).toBe('2');
  });

  it('of the stack end a recursion with an error that can be caught', async () => {
    const session = await TestSession.open();
    const shown = await session.show(
      'let depth = 0; function down() { depth++; down() } try { down() } catch (e) { e.name }',
    );
    expect(shown).toBe("'RangeError'");
    expect(await session.show('depth > 500')).toBe('true');
  });

  it.each([
    'JSON.parse("[".repeat(200000))',
    'new Function("return " + "[".repeat(50000))',
    'let deep = []; for (let i = 0; i < 1e5; i++) deep = [deep]; JSON.stringify(deep)',
  ])('of the machine end %s as a trap, and the heap can be restored', async (code) => {
    const session = await TestSession.open();
    await session.evaluate('let kept = "still here"');
    session.store();
    expect(await session.evaluate(code, { language: 'js' })).toMatchObject({ status: 'trap' });
    await session.restart();
    expect(await session.show('kept')).toBe("'still here'");
  });
});
