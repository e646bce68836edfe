/**
 * Assembles the interrupt switch: a Wasm module that lets one import of QuickJS be two functions.
 *
 * QuickJS calls `host_interrupt` at its polls. While it runs on a promising stack that call may suspend; a suspending
 * import that is called from any other stack throws, even when it would not suspend. So the import is this module's
 * `poll`, which asks the global `suspendable` which of the two host functions to call. It calls neither until it has
 * counted the global `left` down: a poll that asks the host nothing costs next to nothing.
 *
 *     (module
 *       (import "host" "suspending" (func $suspending (result i32)))
 *       (import "host" "plain" (func $plain (result i32)))
 *       (global $suspendable (export "suspendable") (mut i32) (i32.const 0))
 *       (global $left (export "left") (mut i32) (i32.const 0))
 *       (func (export "poll") (result i32)
 *         (global.set $left (i32.sub (global.get $left) (i32.const 1)))
 *         (i32.gt_s (global.get $left) (i32.const 0))
 *         if (result i32) i32.const 0
 *         else global.get $suspendable if (result i32) call $suspending else call $plain end end))
 */

import { assembleModule, FUNCTION, GLOBAL, I32, name, section, sized } from './build-wasm.ts';

const SUSPENDABLE = 0;
const LEFT = 1;

const ZERO = [I32, 1, 0x41, 0, 0x0b];
const COUNT_DOWN = [0x23, LEFT, 0x41, 1, 0x6b, 0x24, LEFT];
const IS_LEFT = [0x23, LEFT, 0x41, 0, 0x4a];
const ASK = [0x23, SUSPENDABLE, 0x04, I32, 0x10, 0, 0x05, 0x10, 1, 0x0b];

/** The bytes of the module above. */
export function assembleInterruptSwitch(): Uint8Array {
  return assembleModule(
    section(1, [1, 0x60, 0, 1, I32]),
    section(2, [
      2,
      ...[...name('host'), ...name('suspending'), FUNCTION, 0],
      ...[...name('host'), ...name('plain'), FUNCTION, 0],
    ]),
    section(3, [1, 0]),
    section(6, [2, ...ZERO, ...ZERO]),
    section(7, [
      3,
      ...name('suspendable'),
      GLOBAL,
      SUSPENDABLE,
      ...name('left'),
      GLOBAL,
      LEFT,
      ...name('poll'),
      FUNCTION,
      2,
    ]),
    section(10, [1, ...sized([0, ...COUNT_DOWN, ...IS_LEFT, 0x04, I32, 0x41, 0, 0x05, ...ASK, 0x0b, 0x0b])]),
  );
}
