/**
 * Assembles the page hasher: a Wasm module that finds which 4 KiB pages of a memory changed since it last looked, by a
 * 64-bit hash of each. It keeps the hashes in a memory of its own, which the caller gives; a page of zeros has hash 0.
 *
 *     (module
 *       (import "memory" "live" (memory $live 1))
 *       (import "memory" "hashes" (memory $hashes 1))
 *       (func (export "next") (param $page i32) (param $end i32) (result i32)
 *         (local $at i32) (local $stop i32) (local $a i64) (local $b i64) (local $c i64) (local $d i64)
 *         (block $found
 *           (loop $pages
 *             (br_if $found (i32.ge_u (local.get $page) (local.get $end)))
 *             … $at and $stop from $page; $a to $d zero …
 *             (loop $words
 *               … for each of $a to $d: x = (x ^ the 64 bits at $at + offset) * PRIME; x ^= x >> 32 …
 *               … $at += 32 …
 *               (br_if $words (i32.lt_u (local.get $at) (local.get $stop))))
 *             … $a = mix(mix(mix($a) ^ $b) ^ $c) ^ $d …
 *             (if (i64.ne (local.get $a) (i64.load $hashes (… 8 * $page …)))
 *               (then (i64.store $hashes (… 8 * $page …) (local.get $a)) (br $found)))
 *             … $page += 1 …
 *             (br $pages)))
 *         (local.get $page)))
 */

import { assembleModule, FUNCTION, I32, MEMORY, name, section, sized } from '../../javascript/build-wasm.ts';

const I64 = 0x7e;
const EMPTY = 0x40;
const [PAGE, END, AT, STOP, A, B, C, D] = [0, 1, 2, 3, 4, 5, 6, 7];
const ACCUMULATORS = [A, B, C, D];
const HASHES = 1;
/** Alignment 2^3. */
const ALIGNED = 3;
/** The flag that a memory index follows. */
const IN_MEMORY = 0x40;

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const FINISH = 0x0b;
const BR = 0x0c;
const BR_IF = 0x0d;
const I64_LOAD = 0x29;
const I64_STORE = 0x37;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const I32_LESS = 0x49;
const I32_GREATER_OR_EQUAL = 0x4f;
const I64_NOT_EQUAL = 0x52;
const I32_ADD = 0x6a;
const I32_SHIFT_LEFT = 0x74;
const I64_MULTIPLY = 0x7e;
const I64_XOR = 0x85;
const I64_SHIFT_RIGHT = 0x88;
/** An odd number whose bits are well spread (the golden ratio), as signed LEB128. */
const PRIME = signed(-7046029254386353131n);

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];

/** The bytes of the module above. */
export function assemblePageHasher(): Uint8Array {
  return assembleModule(
    section(1, [1, 0x60, 2, I32, I32, 1, I32]),
    section(2, [
      2,
      ...[...name('memory'), ...name('live'), MEMORY, 0, 1],
      ...[...name('memory'), ...name('hashes'), MEMORY, 0, 1],
    ]),
    section(3, [1, 0]),
    section(7, [1, ...name('next'), FUNCTION, 0]),
    section(10, [1, ...sized(next())]),
  );
}

function next(): number[] {
  const locals = [2, 2, I32, 4, I64];
  const isAtEnd = [...get(PAGE), ...get(END), I32_GREATER_OR_EQUAL];
  const hashAddress = [...get(PAGE), I32_CONST, 3, I32_SHIFT_LEFT];
  const stored = [...hashAddress, I64_LOAD, ALIGNED | IN_MEMORY, HASHES, 0];
  const store = [...hashAddress, ...get(A), I64_STORE, ALIGNED | IN_MEMORY, HASHES, 0];
  const pages = [
    ...[...isAtEnd, BR_IF, 1],
    ...hashOfPage(),
    ...[...get(A), ...stored, I64_NOT_EQUAL, IF, EMPTY, ...store, BR, 2, FINISH],
    ...[...get(PAGE), I32_CONST, 1, I32_ADD, ...set(PAGE), BR, 0],
  ];
  return [...locals, BLOCK, EMPTY, LOOP, EMPTY, ...pages, FINISH, FINISH, ...get(PAGE), FINISH];
}

/** Leaves the hash of `$page` in `$a`. */
function hashOfPage(): number[] {
  const start = [...get(PAGE), I32_CONST, 12, I32_SHIFT_LEFT, ...set(AT)];
  const stop = [...get(AT), I32_CONST, ...[0x80, 0x20], I32_ADD, ...set(STOP)];
  const zero = ACCUMULATORS.flatMap((local) => [I64_CONST, 0, ...set(local)]);
  const step = ACCUMULATORS.flatMap((local, index) => mix(local, [...get(AT), I64_LOAD, ALIGNED, 8 * index]));
  const goOn = [...get(AT), I32_CONST, 32, I32_ADD, ...set(AT), ...get(AT), ...get(STOP), I32_LESS, BR_IF, 0];
  const merge = [B, C, D].flatMap((local) => mix(A, get(local)));
  return [...start, ...stop, ...zero, LOOP, EMPTY, ...step, ...goOn, FINISH, ...merge];
}

/** `local = (local ^ value) * PRIME`, then its upper half xored into its lower. */
function mix(local: number, value: readonly number[]): number[] {
  const multiplied = [...get(local), ...value, I64_XOR, I64_CONST, ...PRIME, I64_MULTIPLY, ...set(local)];
  return [...multiplied, ...get(local), ...get(local), I64_CONST, 32, I64_SHIFT_RIGHT, I64_XOR, ...set(local)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
