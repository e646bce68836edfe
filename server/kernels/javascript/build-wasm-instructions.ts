/** The instructions of Wasm's binary format, as far as it takes to go from one to the next. */

/** Reads a module's bytes from a position on. */
export class WasmReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error('the Wasm module ends too soon');
    this.at += 1;
    return byte;
  }

  /** An unsigned number in LEB128, of at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a number in the Wasm module is too long');
  }

  /** Passes over a number of any size and sign. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  /** As many bytes, not copied. */
  take(length: number): Uint8Array {
    const taken = this.bytes.subarray(this.at, this.at + length);
    if (taken.byteLength < length) throw new Error('the Wasm module ends too soon');
    this.at += length;
    return taken;
  }
}

export const LOOP = 0x03;
export const ELSE = 0x05;
export const END = 0x0b;
export const CALL = 0x10;
export const LOCAL_GET = 0x20;
export const LOCAL_SET = 0x21;
export const LOCAL_TEE = 0x22;
const GLOBAL_GET = 0x23;
const GLOBAL_SET = 0x24;
export const I32_STORE8 = 0x3a;
export const I32_CONST = 0x41;
export const I32_ADD = 0x6a;
export const I32_SUB = 0x6b;
export const I32_SHR_U = 0x76;
export const MEMORY_INSTRUCTIONS = 0xfc;
export const MEMORY_COPY = 10;
export const MEMORY_FILL = 11;
/** `i32.store` and the eight stores behind it. */
export const FIRST_STORE = 0x36;
export const LAST_STORE = 0x3e;

/** How many numbers follow an instruction of one byte. */
function numbersAfter(opcode: number): number {
  // Blocks, whose type is a number too; branches, calls, locals and globals, tables, `memory.size`, `i32.const`, …
  if (opcode >= 0x02 && opcode <= 0x04) return 1;
  if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10 || opcode === 0x12) return 1;
  if (opcode === 0x11 || opcode === 0x13) return 2;
  if (opcode >= 0x20 && opcode <= 0x26) return 1;
  if (opcode >= 0x28 && opcode <= LAST_STORE) return 2;
  if (opcode >= 0x3f && opcode <= 0x42) return 1;
  if (opcode === 0xd0 || opcode === 0xd2) return 1;
  // Instructions without anything: control, parametric, numeric.
  if (opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f) return 0;
  if (opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4) || opcode === 0xd1) return 0;
  throw new Error(`the Wasm instruction 0x${opcode.toString(16)} is not known here`);
}

/** How many numbers follow the instructions that begin with `MEMORY_INSTRUCTIONS`. */
const NUMBERS_AFTER_MEMORY = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

export interface Instruction {
  readonly opcode: number;
  /** The first number behind it: a local's or a global's, or which of `MEMORY_INSTRUCTIONS` it is; 0 without one. */
  readonly operand: number;
  readonly bytes: Uint8Array;
}

/** The next instruction. Throws for those that no module of ours has: SIMD, threads, exceptions. */
export function readInstruction(reader: WasmReader): Instruction {
  const from = reader.at;
  const opcode = reader.byte();
  const isNumbered = opcode === MEMORY_INSTRUCTIONS || (opcode >= LOCAL_GET && opcode <= GLOBAL_SET);
  const operand = isNumbered ? new WasmReader(reader.bytes, reader.at).number() : 0;
  if (opcode === MEMORY_INSTRUCTIONS) {
    reader.skipNumber();
    const count = NUMBERS_AFTER_MEMORY[operand];
    if (count === undefined) throw new Error(`the Wasm instruction 0xfc ${operand} is not known here`);
    for (let left = count; left > 0; left -= 1) reader.skipNumber();
  } else if (opcode === 0x0e || opcode === 0x1c) {
    // `br_table`, which has one more label than it says, and a `select` that names its types.
    for (let left = reader.number() + (opcode === 0x0e ? 1 : 0); left > 0; left -= 1) reader.skipNumber();
  } else if (opcode === 0x43 || opcode === 0x44) {
    reader.take(opcode === 0x43 ? 4 : 8);
  } else {
    for (let left = numbersAfter(opcode); left > 0; left -= 1) reader.skipNumber();
  }
  return { opcode, operand, bytes: reader.bytes.subarray(from, reader.at) };
}

/** How many values an instruction takes that gives one; null for all others, and for calls. */
function valuesTaken(opcode: number): number | null {
  if (opcode === LOCAL_GET || opcode === GLOBAL_GET || (opcode >= I32_CONST && opcode <= 0x44)) return 0;
  if (opcode === LOCAL_TEE || (opcode >= 0x28 && opcode < FIRST_STORE)) return 1;
  if (opcode === 0x1b) return 3;
  if (opcode < 0x45 || opcode > 0xc4) return null;
  const isUnary = UNARY.some(([first, last]) => opcode >= first && opcode <= last);
  return isUnary ? 1 : 2;
}

/** The numeric instructions of one operand: tests for zero, bit counts, signs and roots, conversions. */
const UNARY = [
  [0x45, 0x45],
  [0x50, 0x50],
  [0x67, 0x69],
  [0x79, 0x7b],
  [0x8b, 0x91],
  [0x99, 0x9f],
  [0xa7, 0xc4],
] as const;

/** Where the instructions begin that give the value which is on top of the stack after `last`; null if that is not plain. */
export function startOfValue(instructions: readonly Instruction[], last: number): number | null {
  let wanted = 1;
  for (let index = last; index >= 0; index -= 1) {
    const taken = valuesTaken(instructions[index]?.opcode ?? 0);
    if (taken === null) return null;
    wanted += taken - 1;
    if (wanted === 0) return index;
  }
  return null;
}
