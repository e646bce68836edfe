/**
 * Assembles the check counter: a Wasm module that answers Python's checks for signals. Leaving Wasm for each of them would
 * cost more than what Python does between two; it counts them, and asks the host when those that it was given are used up.
 *
 *     (module
 *       (import "host" "decide" (func $decide (result i32)))
 *       (import "host" "suspend" (func $suspend (result i32)))
 *       (global $left (export "left") (mut i32) (i32.const 0))
 *       (func (export "check") (result i32)
 *         (local $signal i32)
 *         (global.set $left (i32.sub (global.get $left) (i32.const 1)))
 *         (if (i32.gt_s (global.get $left) (i32.const 0)) (then (return (i32.const 0))))
 *         (local.set $signal (call $decide))
 *         (if (i32.lt_s (local.get $signal) (i32.const 0)) (then (return (call $suspend))))
 *         (local.get $signal)))
 */

import { assembleModule, FUNCTION, GLOBAL, I32, name, section, sized } from '../../javascript/build-wasm.ts';

const [DECIDE, SUSPEND, CHECK] = [0, 1, 2];
const [LEFT] = [0];
const [SIGNAL] = [0];

const IF_NOTHING = [0x04, 0x40];
const END = 0x0b;
const RETURN = 0x0f;
const LESS = 0x48;
const GREATER = 0x4a;
const SUBTRACT = 0x6b;

const call = (target: number) => [0x10, target];
const getLocal = (local: number) => [0x20, local];
const setLocal = (local: number) => [0x21, local];
const getGlobal = (global: number) => [0x23, global];
const setGlobal = (global: number) => [0x24, global];
const constant = (value: number) => [0x41, value];

/** The bytes of the module above. */
export function assembleCheckCounter(): Uint8Array {
  return assembleModule(
    section(1, [1, 0x60, 0, 1, I32]),
    section(2, [
      2,
      ...[...name('host'), ...name('decide'), FUNCTION, 0],
      ...[...name('host'), ...name('suspend'), FUNCTION, 0],
    ]),
    section(3, [1, 0]),
    section(6, [1, I32, 1, ...constant(0), END]),
    section(7, [2, ...name('left'), GLOBAL, LEFT, ...name('check'), FUNCTION, CHECK]),
    section(10, [1, ...sized(check())]),
  );
}

function check(): number[] {
  const locals = [1, 1, I32];
  const count = [...getGlobal(LEFT), ...constant(1), SUBTRACT, ...setGlobal(LEFT)];
  const goOn = [...getGlobal(LEFT), ...constant(0), GREATER, ...IF_NOTHING, ...constant(0), RETURN, END];
  const decide = [...call(DECIDE), ...setLocal(SIGNAL)];
  const suspend = [...getLocal(SIGNAL), ...constant(0), LESS, ...IF_NOTHING, ...call(SUSPEND), RETURN, END];
  return [...locals, ...count, ...goOn, ...decide, ...suspend, ...getLocal(SIGNAL), END];
}
