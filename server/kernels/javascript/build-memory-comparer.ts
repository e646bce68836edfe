/**
 * Assembles the memory comparer: a Wasm module that finds where two memories differ, 64 bytes at a step.
 *
 * Measured in workerd on 1.8 MB: 160 µs here, 290 µs by `Buffer.compare` in blocks, 490 µs word by word.
 *
 *     (module
 *       (import "memory" "stored" (memory $stored 1))
 *       (import "memory" "live" (memory $live 1))
 *       (func (export "next") (param $at i32) (param $end i32) (result i32)
 *         (block $found
 *           (loop $step
 *             (br_if $found (i32.ge_u (local.get $at) (local.get $end)))
 *             (br_if $found (v128.any_true (v128.or … the exclusive ors of 4 × 16 bytes … )))
 *             (local.set $at (i32.add (local.get $at) (i32.const 64)))
 *             (br $step)))
 *         (local.get $at)))
 */

import { assembleModule, FUNCTION, I32, MEMORY, name, section, sized } from './build-wasm.ts';

const STORED = 0;
const LIVE = 1;
const AT = 0;
const END = 1;

const LOCAL_GET = 0x20;
const SIMD = 0xfd;
/** Alignment 2^4, and the flag that a memory index follows. */
const ALIGNED_IN_MEMORY = 0x44;
const OR = [SIMD, 0x50];
const XOR = [SIMD, 0x51];
const ANY_TRUE = [SIMD, 0x53];
const BR_IF_FOUND = [0x0d, 1];

/** The bytes of the module above. */
export function assembleMemoryComparer(): Uint8Array {
  return assembleModule(
    section(1, [1, 0x60, 2, I32, I32, 1, I32]),
    section(2, [
      2,
      ...[...name('memory'), ...name('stored'), MEMORY, 0, 1],
      ...[...name('memory'), ...name('live'), MEMORY, 0, 1],
    ]),
    section(3, [1, 0]),
    section(7, [1, ...name('next'), FUNCTION, 0]),
    section(10, [1, ...sized(next())]),
  );
}

function next(): number[] {
  const isAtEnd = [LOCAL_GET, AT, LOCAL_GET, END, 0x4f];
  const differs = [
    ...difference(0),
    ...difference(16),
    ...OR,
    ...difference(32),
    ...OR,
    ...difference(48),
    ...OR,
    ...ANY_TRUE,
  ];
  const goOn = [LOCAL_GET, AT, 0x41, 0xc0, 0x00, 0x6a, 0x21, AT, 0x0c, 0];
  const loop = [0x03, 0x40, ...isAtEnd, ...BR_IF_FOUND, ...differs, ...BR_IF_FOUND, ...goOn, 0x0b];
  return [0, 0x02, 0x40, ...loop, 0x0b, LOCAL_GET, AT, 0x0b];
}

/** The exclusive or of 16 bytes at `$at + offset`. */
function difference(offset: number): number[] {
  const load = (memory: number) => [LOCAL_GET, AT, SIMD, 0x00, ALIGNED_IN_MEMORY, memory, offset];
  return [...load(STORED), ...load(LIVE), ...XOR];
}
