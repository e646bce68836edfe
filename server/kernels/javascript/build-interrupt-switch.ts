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

const I32 = 0x7f;
const FUNCTION = 0;
const GLOBAL = 3;

/** The bytes of the module above. */
export function assembleInterruptSwitch(): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, I32]),
    ...section(2, [
      2,
      ...[...name('host'), ...name('suspending'), FUNCTION, 0],
      ...[...name('host'), ...name('plain'), FUNCTION, 0],
    ]),
    ...section(3, [1, 0]),
    ...section(6, [1, I32, 1, 0x41, 0, 0x0b]),
    ...section(7, [2, ...name('suspendable'), GLOBAL, 0, ...name('poll'), FUNCTION, 2]),
    ...section(10, [1, ...sized([0, 0x23, 0, 0x04, I32, 0x10, 0, 0x05, 0x10, 1, 0x0b, 0x0b])]),
  ]);
}

/** Every length here is below 128, so that it is its own LEB128 encoding. */
function sized(bytes: readonly number[]): number[] {
  if (bytes.length > 127) throw new Error('a section of the interrupt switch is too long');
  return [bytes.length, ...bytes];
}

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...sized(bytes)];
}

function name(text: string): number[] {
  return sized([...text].map((character) => character.charCodeAt(0)));
}
