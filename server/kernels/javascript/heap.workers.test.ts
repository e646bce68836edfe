/** Heaps that outlive their instance. */

import { describe, expect, it, vi } from 'vitest';
import { findHeapChanges } from '../heap-delta.ts';
import { HeapDeltaError } from '../heap-packing.ts';
import { EngineGoneError } from '../kernel.ts';
import { javascriptFactory } from './factory.ts';
import { StoredHeapState } from './stored-heap.ts';
import { MemoryFiles } from './testing/memory-files.ts';
import { TestSession } from './testing/test-session.ts';

const STATE = [
  'let n = 0; const next = () => ++n; next()',
  'class Safe { #secret = 7; get secret() { return this.#secret } } const safe = new Safe()',
  'function* steps() { yield "a"; yield "b"; yield "c" } const walk = steps(); walk.next()',
  'let release; const held = new Promise((done) => { release = done }); const after = (async () => (await held) + 1)()',
  'const weak = new WeakMap([[safe, "found"]]); const proxy = new Proxy({}, { get: (_, key) => "got " + String(key) })',
  'const bytes = new Uint8Array(70000).map((_, i) => i); const map = new Map([[safe, 1], ["k", new Date(0)]])',
  'const url = new URL("https://x.test/a?b=1"); const re = /(?<y>\\d+)/g; re.exec("12 34")',
];

const QUESTIONS = [
  ['next()', '2'],
  ['safe.secret', '7'],
  ['[...walk]', "[ 'b', 'c' ]"],
  ['release(4); await after', '5'],
  ['weak.get(safe) + proxy.anything', "'foundgot anything'"],
  ['bytes[69999] + map.get("k").getTime() + map.get(safe)', String((69_999 % 256) + 1)],
  ['url.searchParams.get("b") + re.exec("12 34").groups.y', "'134'"],
  ['const n2 = n; n2', '2'],
  ['_', '2'],
] as const;

async function askAll(session: TestSession): Promise<string[]> {
  const answers: string[] = [];
  for (const [question] of QUESTIONS) answers.push(await session.show(question));
  return answers;
}

/** Where the heap begins. */
const STACK_BYTES = 1_048_576;

/** Writes of all kinds: by the interpreter, by its extensions, by the host on their behalf; short, long, and with growth. */
const WRITES = [
  'let text = ""; for (let i = 0; i < 5000; i++) text += i; text.length',
  'const copy = new Uint8Array(300_000).fill(7); copy.copyWithin(5, 100, 200_000); copy.set([1, 2], 299_998)',
  'crypto.getRandomValues(new Uint8Array(65_536)); crypto.randomUUID(); Math.random()',
  'structuredClone({ a: [1, new Map([[1, new Date()]])] }); new URL("https://a.test/?x=" + "y".repeat(9000)).href',
  'new TextDecoder().decode(new TextEncoder().encode("é".repeat(50_000))); btoa("x".repeat(9000))',
  'fs.writeFileSync("a", "x".repeat(200_000)); fs.readFileSync("a", "utf8").replace(/x(?=x)/g, "yy").length',
  'await kv.set("k", Array.from({ length: 5000 }, (_, i) => ({ i }))); (await kv.get("k")).length',
  'setTimeout(() => console.log("late"), 50_000); await new Promise((done) => setTimeout(done, 2))',
  'class Tree { constructor(d) { this.l = d && new Tree(d - 1); this.r = d && new Tree(d - 1); } } let t = new Tree(12)',
  't = null; JSON.stringify(JSON.parse(JSON.stringify(Array.from({ length: 9000 }, (_, i) => [i, "s" + i])))).length',
  'const grown = Array.from({ length: 40_000 }, (_, i) => ({ i, s: "object " + i })); grown.sort((a, b) => b.i - a.i)[0]',
  'BigInt("9".repeat(3000)) ** 3n; [..."ab".repeat(4000)].reverse().join("").normalize("NFD").length; null.x',
];

describe('a stored heap', () => {
  it('holds every byte of the live memory after each input', async () => {
    const session = await TestSession.open();
    const left: unknown[] = [];
    const { snapshot } = StoredHeapState.prototype;
    vi.spyOn(StoredHeapState.prototype, 'snapshot').mockImplementation(function (this: StoredHeapState, live, now) {
      const segment = snapshot.call(this, live, now);
      const bytes = new Uint8Array(live.buffer);
      left.push(findHeapChanges(this.stored, bytes, [{ start: STACK_BYTES, end: bytes.length }]));
      return segment;
    });
    try {
      for (const code of WRITES) {
        await session.evaluate(code);
        session.store();
      }
      expect(left).toEqual(WRITES.map(() => null));
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('goes on where it was, from deltas', async () => {
    const session = await TestSession.open();
    for (const code of STATE) {
      await session.evaluate(code);
      session.store();
    }
    await session.restart();
    expect(await askAll(session)).toEqual(QUESTIONS.map(([, answer]) => answer));
  });

  it('goes on where it was, from a keyframe', async () => {
    const session = await TestSession.open();
    for (const code of STATE) await session.evaluate(code);
    session.store();
    await session.restart([session.kernel.keyframe()]);
    expect(await askAll(session)).toEqual(QUESTIONS.map(([, answer]) => answer));
  });

  it('can be restored after every input, over and over', async () => {
    const session = await TestSession.open();
    await session.evaluate('const log = []');
    session.store();
    for (let round = 0; round < 15; round += 1) {
      expect(await session.show(`log.push({ round: ${round}, text: "x".repeat(${round * 1000}) })`)).toBe(
        `${round + 1}`,
      );
      session.store();
      await session.restart();
    }
    expect(await session.show('log.reduce((sum, { text }) => sum + text.length, 0)')).toBe('105000');
  });

  it('is rolled back by restoring fewer deltas', async () => {
    const session = await TestSession.open();
    await session.evaluate('let v = 1');
    session.store();
    await session.evaluate('v = 2');
    session.store();
    await session.restart(session.segments.slice(0, 1));
    expect(await session.show('v')).toBe('1');
  });

  it('survives growth by many pages', async () => {
    const session = await TestSession.open();
    await session.evaluate('const big = Array.from({ length: 30000 }, (_, i) => ({ i, name: "n" + i }))');
    session.store();
    await session.restart();
    expect(await session.show('big[29999].name + big.length')).toBe("'n2999930000'");
  });

  it('keeps the functions of its modules', async () => {
    const session = await TestSession.open();
    session.files.write('m.ts', new TextEncoder().encode('let count: number = 0; export const hit = () => ++count;'));
    await session.evaluate('import { hit } from "./m.ts"; hit()');
    session.store();
    await session.restart();
    expect(await session.show('hit()')).toBe('2');
    expect(await session.show('(await import("./m.ts")).hit()')).toBe('3');
  });
});

describe('a snapshot', () => {
  it('of any size can be applied', async () => {
    const session = await TestSession.open();
    for (let size = 60_000; size < 70_000; size += 500) {
      await session.evaluate(`var bytes = crypto.getRandomValues(new Uint8Array(${size})); var length = ${size}`);
      session.store();
    }
    await session.restart();
    expect(await session.show('bytes.length === length')).toBe('true');
  });

  it('is null when nothing happened since the last', async () => {
    const session = await TestSession.open();
    await session.evaluate('1');
    expect(session.store()).not.toBeNull();
    expect(session.store()).toBeNull();
  });

  it('of a small input is small', async () => {
    const session = await TestSession.open();
    await session.evaluate('1 + 1');
    session.store();
    await session.evaluate('1 + 1');
    expect(session.store()?.byteLength).toBeLessThan(8_192);
  });

  it('is not moved by a keyframe, and a keyframe is as of the last snapshot', async () => {
    const session = await TestSession.open();
    await session.evaluate('let v = "from a delta"');
    const before = session.kernel.keyframe();
    session.store();
    await session.restart();
    expect(await session.show('v')).toBe("'from a delta'");
    await session.restart([before, ...session.segments]);
    expect(await session.show('v')).toBe("'from a delta'");
  });
});

describe('restoring', () => {
  it('gives other random numbers', async () => {
    const session = await TestSession.open();
    await session.evaluate('Math.random()');
    session.store();
    const seen = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      await session.restart();
      seen.add(await session.show('Math.random()'));
    }
    expect(seen.size).toBe(4);
  });

  it('refuses the heap of another engine', async () => {
    const session = await TestSession.open();
    const host = {
      now: () => 0,
      randomBytes: () => new Uint8Array(32),
      fetch: session.onFetch,
      files: new MemoryFiles(),
      onBackgroundDue: () => {},
    };
    const booting = javascriptFactory.boot(host, { engine: 'another', deltas: [], ran: 0 });
    await expect(booting).rejects.toThrow(EngineGoneError);
  });

  it('refuses damaged deltas', async () => {
    const session = await TestSession.open();
    await session.evaluate('1');
    const segment = session.store() ?? new Uint8Array();
    await expect(session.restart([segment.subarray(0, 5)])).rejects.toThrow(HeapDeltaError);
    await expect(session.restart([segment.subarray(0, -1)])).rejects.toThrow(HeapDeltaError);
  });

  it('leaves timers the time that remained', async () => {
    const session = await TestSession.open();
    await session.evaluate('let rang = false; setTimeout(() => { rang = true }, 60_000)');
    session.store();
    session.clockOffset = 3_600_000;
    await session.restart();
    const due = session.kernel.nextBackgroundAt() ?? 0;
    const remaining = due - (Date.now() + session.clockOffset);
    expect(remaining).toBeGreaterThan(50_000);
    expect(remaining).toBeLessThanOrEqual(60_000);
    session.clockOffset += 60_001;
    expect(await session.runBackground()).toEqual({ status: 'ok', ran: 1 });
    expect(await session.show('rang')).toBe('true');
    expect(session.kernel.nextBackgroundAt()).toBeNull();
  });

  it('rejects the fetches that were under way', async () => {
    const session = await TestSession.open();
    session.onFetch = () => new Promise(() => {});
    await session.evaluate('const asked = fetch("https://x.test/"); asked.catch(() => {}); 1');
    session.store();
    await session.restart();
    expect(await session.show('await asked')).toMatch(/^Uncaught Error: The fetch was interrupted because/);
  });
});
