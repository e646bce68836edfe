/**
 * Marks the stores of one function: before each comes the store of a mark,
 *
 *     local.get $address   i32.const 12   i32.shr_u   i32.const 1   i32.store8 offset=MARKS_AT
 *
 * Where the address is the value of a local, that is all; else it is kept in a local of its own meanwhile. A mark stays
 * until the next snapshot, which is never taken within a call: a second store by the same local needs none.
 */

import { I32, leb128, signedLeb128 } from './build-wasm.ts';
import {
  CALL,
  ELSE,
  END,
  FIRST_STORE,
  I32_ADD,
  I32_CONST,
  I32_SHR_U,
  I32_STORE8,
  type Instruction,
  LAST_STORE,
  LOCAL_GET,
  LOCAL_SET,
  LOCAL_TEE,
  LOOP,
  MEMORY_COPY,
  MEMORY_FILL,
  MEMORY_INSTRUCTIONS,
  readInstruction,
  startOfValue,
  WasmReader,
} from './build-wasm-instructions.ts';
import { MARK_SHIFT, MARKED, MARKS_AT, OVERHANG_BYTES } from './write-marks-layout.ts';

const I64 = 0x7e;
const F32 = 0x7d;
const F64 = 0x7c;
/** What each store writes, from `i32.store` on. */
const STORED_TYPES = [I32, I64, F32, F64, I32, I32, I64, I64, I64];
const MAX_STORED_BYTES = 8;

/** The functions that take the place of instructions, by their index. */
export interface Writers {
  readonly copy: number;
  readonly fill: number;
}

/** The body of a function that has so many parameters, with its writes marked. */
export function markStores(body: Uint8Array, parameters: number, writers: Writers): number[] {
  const reader = new WasmReader(body);
  const groups = reader.number();
  const groupsFrom = reader.at;
  let locals = parameters;
  for (let left = groups; left > 0; left -= 1) {
    locals += reader.number();
    reader.byte();
  }
  const declared = body.subarray(groupsFrom, reader.at);
  const instructions: Instruction[] = [];
  while (reader.at < body.byteLength) instructions.push(readInstruction(reader));
  const { code, added } = new StoreMarker(instructions, locals, writers).run();
  return [...leb128(groups + added.length), ...declared, ...added.flatMap((type) => [1, type]), ...code];
}

class StoreMarker {
  readonly #instructions: readonly Instruction[];
  readonly #locals: number;
  readonly #writers: Writers;
  readonly #code: number[] = [];
  /** The types of the locals that are added: an address, and a value of each type that needs one. */
  readonly #added: number[] = [];
  /** Locals that hold an address whose page is marked, on every way to here. */
  readonly #marked = new Set<number>();

  constructor(instructions: readonly Instruction[], locals: number, writers: Writers) {
    this.#instructions = instructions;
    this.#locals = locals;
    this.#writers = writers;
  }

  run(): { readonly code: readonly number[]; readonly added: readonly number[] } {
    for (const [index, instruction] of this.#instructions.entries()) this.#take(instruction, index);
    return { code: this.#code, added: this.#added };
  }

  #take(instruction: Instruction, index: number): void {
    const { opcode, operand, bytes } = instruction;
    if (opcode === MEMORY_INSTRUCTIONS && operand === MEMORY_COPY) this.#emit(CALL, ...leb128(this.#writers.copy));
    else if (opcode === MEMORY_INSTRUCTIONS && operand === MEMORY_FILL) this.#emit(CALL, ...leb128(this.#writers.fill));
    else {
      if (opcode >= FIRST_STORE && opcode <= LAST_STORE) this.#mark(instruction, index);
      if (opcode === LOOP || opcode === ELSE || opcode === END) this.#marked.clear();
      if (opcode === LOCAL_SET || opcode === LOCAL_TEE) this.#marked.delete(operand);
      this.#emit(...bytes);
    }
  }

  /** Comes before a store: the address and the value are on the stack, and stay there. */
  #mark({ opcode, bytes }: Instruction, index: number): void {
    const reader = new WasmReader(bytes, 1);
    reader.skipNumber();
    const offset = reader.number();
    const isNear = offset + MAX_STORED_BYTES <= OVERHANG_BYTES;
    const beyond = isNear ? [] : [I32_CONST, ...signedLeb128(offset), I32_ADD];
    const base = this.#addressLocal(index);
    if (base !== null) {
      if (isNear && this.#marked.has(base)) return;
      this.#emit(LOCAL_GET, ...leb128(base), ...beyond, ...MARK);
      if (isNear) this.#marked.add(base);
      return;
    }
    const address = leb128(this.#addedLocal(I32, 0));
    const value = leb128(this.#addedLocal(STORED_TYPES[opcode - FIRST_STORE] ?? I32, 1));
    this.#emit(LOCAL_SET, ...value, LOCAL_TEE, ...address, ...beyond, ...MARK);
    this.#emit(LOCAL_GET, ...address, LOCAL_GET, ...value);
  }

  /** The local that holds the address of the store at `index`, if one does. */
  #addressLocal(index: number): number | null {
    const start = startOfValue(this.#instructions, index - 1);
    if (start === null) return null;
    const address = this.#instructions[start - 1];
    if (address === undefined || (address.opcode !== LOCAL_GET && address.opcode !== LOCAL_TEE)) return null;
    const value = this.#instructions.slice(start, index);
    const isKept = value.every(({ opcode, operand }) => opcode !== LOCAL_TEE || operand !== address.operand);
    return isKept ? address.operand : null;
  }

  /** An added local of this type, of those from `from` on. */
  #addedLocal(type: number, from: number): number {
    if (this.#added.length === 0) this.#added.push(I32);
    if (this.#added.indexOf(type, from) < 0) this.#added.push(type);
    return this.#locals + this.#added.indexOf(type, from);
  }

  #emit(...bytes: readonly number[]): void {
    for (const byte of bytes) this.#code.push(byte);
  }
}

/** Takes an address from the stack. */
const MARK = [I32_CONST, MARK_SHIFT, I32_SHR_U, I32_CONST, MARKED, I32_STORE8, 0, ...leb128(MARKS_AT)];
