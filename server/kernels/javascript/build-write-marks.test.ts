/** Wasm whose writes are marked does what it did, and marks the page of each of its writes. */

import { beforeAll, describe, expect, it } from 'vitest';
import makeWabt from 'wabt';
import { markWrites } from './build-write-marks.ts';
import { MARKED, MARKED_BYTES, MARKS_AT, MARKS_END, MAX_MARKED_BYTES, OVERHANG_BYTES } from './write-marks-layout.ts';

const HEAP = 0x10000;
const PAGES = 4;

/** A function of an address, whose address operand is a local, a computed value or a call's. */
const ADDRESSES = {
  local: '(local.get $at)',
  set: '(local.tee $other (i32.add (local.get $at) (i32.const 0)))',
  computed: '(i32.add (local.get $at) (i32.const 0))',
  called: '(call $same (local.get $at))',
};

const STORES = [
  ['i32.store', '(i32.const 0x01020304)'],
  ['i64.store', '(i64.const 0x0102030405060708)'],
  ['f32.store', '(f32.const 1.5)'],
  ['f64.store', '(f64.const -2.25)'],
  ['i32.store8', '(i32.load8_u (local.get $at))'],
  ['i32.store16', '(select (i32.const 1) (i32.const 2) (i32.eqz (local.get $at)))'],
  ['i64.store8', '(i64.extend_i32_u (local.get $at))'],
  ['i64.store16', '(i64.mul (i64.const 3) (i64.const 5))'],
  ['i64.store32', '(i64.const 7)'],
] as const;

let wabt: Awaited<ReturnType<typeof makeWabt>>;
beforeAll(async () => {
  wabt = await makeWabt();
});

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  run(...parameters: number[]): number;
  wasm_malloc(bytes: number): number;
}

/** The types of the build have none of it. */
const { Module, Instance } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: Exports };
    };
  }
).WebAssembly;

function compile(functions: string): { plain: Exports; marking: Exports } {
  const text = `(module (memory (export "memory") ${PAGES})
    (func $same (param i32) (result i32) (local.get 0)) ${functions})`;
  const module = wabt.parseWat('test.wat', text, { bulk_memory: true });
  const plain = new Uint8Array(module.toBinary({}).buffer);
  const instantiate = (bytes: Uint8Array): Exports => ({ ...new Instance(new Module(bytes)).exports });
  return { plain: instantiate(plain), marking: instantiate(markWrites(plain)) };
}

/** Calls `run` of both, whose heaps must be the same then; the pages that are marked. */
function marked({ plain, marking }: { plain: Exports; marking: Exports }, ...parameters: number[]): number[] {
  expect(marking.run(...parameters)).toBe(plain.run(...parameters));
  const [one, other] = [plain, marking].map(({ memory }) => Buffer.from(memory.buffer).subarray(MARKS_END));
  expect(other?.equals(one ?? new Uint8Array())).toBe(true);
  const marks = new Uint8Array(marking.memory.buffer, MARKS_AT, (PAGES * 65_536) / MARKED_BYTES);
  return [...marks.keys()].filter((page) => marks[page] === MARKED);
}

const pageOf = (address: number): number => Math.floor(address / MARKED_BYTES);

describe('a store', () => {
  const cases = STORES.flatMap(([store, value]) =>
    Object.entries(ADDRESSES).map(([kind, address]) => ({ store, kind, value, address })),
  );
  it.each(cases)('$store to a $kind address marks its page', ({ store, value, address }) => {
    const run = (offset: number): string =>
      `(func (export "run") (param $at i32) (local $other i32) (${store} offset=${offset} ${address} ${value}))`;
    expect(marked(compile(run(0)), HEAP + MARKED_BYTES)).toEqual([pageOf(HEAP) + 1]);
    // What is written near the address may lie behind its page, and is compared with it.
    expect(marked(compile(run(OVERHANG_BYTES - 8)), HEAP + MARKED_BYTES - 4)).toEqual([pageOf(HEAP)]);
    expect(marked(compile(run(OVERHANG_BYTES)), HEAP + MARKED_BYTES - 4)).toEqual([pageOf(HEAP) + 1]);
  });

  it('by a local that changed, or on another way, is marked again', () => {
    const store = '(i32.store (local.get $at) (i32.const 1))';
    const next = `(local.set $at (i32.add (local.get $at) (i32.const ${MARKED_BYTES})))`;
    const changed = `(func (export "run") (param $at i32) ${store} ${store} ${next} ${store}
      (if (i32.eqz (i32.const 1)) (then ${next} ${store}) (else ${store})) ${store}
      (block $out (loop $on ${next} ${store}
        (br_if $out (i32.ge_u (local.get $at) (i32.const ${HEAP + 5 * MARKED_BYTES}))) (br $on))))`;
    expect(marked(compile(changed), HEAP)).toEqual([0, 1, 2, 3, 4, 5].map((page) => pageOf(HEAP) + page));
    const within = `(func (export "run") (param $at i32)
      (i32.store (local.get $at) (local.tee $at (i32.add (local.get $at) (i32.const ${MARKED_BYTES})))))`;
    expect(marked(compile(within), HEAP)).toEqual([pageOf(HEAP)]);
  });
});

describe('other writes', () => {
  it.each([
    ['memory.fill', '(memory.fill (local.get $to) (i32.const 7) (local.get $length))'],
    ['memory.copy', `(memory.copy (local.get $to) (i32.const ${MARKS_END}) (local.get $length))`],
  ])('%s marks all of its pages', (_, code) => {
    const run = compile(`(func (export "run") (param $to i32) (param $length i32) ${code})`);
    expect(marked(run, HEAP + 1, 3 * MARKED_BYTES)).toEqual([0, 1, 2, 3].map((page) => pageOf(HEAP) + page));
  });

  it('to what wasm_malloc gives are marked beforehand', () => {
    const run = compile(`(func (export "run") (export "wasm_malloc") (param i32) (result i32) (i32.const ${HEAP}))`);
    run.marking.run = run.marking.wasm_malloc;
    expect(marked(run, 2 * MARKED_BYTES - 1)).toEqual([pageOf(HEAP), pageOf(HEAP) + 1]);
  });

  it('have a mark as far as the memory grows', () => {
    const grow = '(func (export "run") (param i32) (result i32) (memory.grow (local.get 0)))';
    const most = MAX_MARKED_BYTES / 65_536 - PAGES;
    expect(compile(grow).marking.run(most)).toBe(PAGES);
    expect(compile(grow).marking.run(most + 1)).toBe(-1);
  });
});

it('refuses what it does not know', () => {
  const module = wabt.parseWat('test.wat', '(module (func (drop (v128.const i64x2 0 0))))', { simd: true });
  expect(() => markWrites(new Uint8Array(module.toBinary({}).buffer))).toThrow('0xfd');
});
