/**
 * Assembles the interrupt switch: a Wasm module that lets one import of QuickJS be two functions.
 *
 * QuickJS calls `host_interrupt` at its polls. While it runs on a promising stack that call may suspend; a suspending
 * import that is called from any other stack throws, even when it would not suspend. So the import is this module's
 * `poll`, which asks the global `suspendable` which of the two host functions to call:
 *
 *     (module
 *       (import "host" "suspending" (func $suspending (result i32)))
 *       (import "host" "plain" (func $plain (result i32)))
 *       (global $suspendable (export "suspendable") (mut i32) (i32.const 0))
 *       (func (export "poll") (result i32)
 *         global.get $suspendable
 *         if (result i32) call $suspending else call $plain end))
 */

import { assembleModule, FUNCTION, GLOBAL, I32, name, section, sized } from './build-wasm.ts';

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
    section(6, [1, I32, 1, 0x41, 0, 0x0b]),
    section(7, [2, ...name('suspendable'), GLOBAL, 0, ...name('poll'), FUNCTION, 2]),
    section(10, [1, ...sized([0, 0x23, 0, 0x04, I32, 0x10, 0, 0x05, 0x10, 1, 0x0b, 0x0b])]),
  );
}
