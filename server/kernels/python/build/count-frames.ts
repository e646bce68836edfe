/**
 * Makes recursion of the interpreter's C code end before the stack does.
 *
 * CPython looks how far the stack pointer has come. In Wasm that pointer is about the memory of a call; the call itself is
 * on a stack of V8 that nobody can see, and whose end is the end of the instance. Some functions call themselves thousands
 * of times and take no memory, or little. Here each of their calls is given some: by a function of the same type that stands
 * in their place, moves the stack pointer, calls what was there before, and moves it back; or, as this costs a call, in the
 * function itself, if that is called all the time.
 */

import { leb128, signedLeb128 } from '../../javascript/build-wasm.ts';
import { FUNCTION, GLOBAL, ModuleReader, type Section } from './module-reader.ts';

/** A multiple of 16. Python's stack ends after at most 1,800 such calls, V8's after more than 3,000. */
const FRAME_BYTES = 48;
/** It frees what is held by what is freed. */
const DEEPENED = '_Py_Dealloc';
/** It compares what is in what is compared. */
const WRAPPED = 'PyObject_RichCompare';
/** What only the function names that reads an object of JSON. */
const NAMED = ' while decoding a JSON object from a unicode string';
/** It does not look how deep it is: that is done before it, with the error that this gives. */
const UNCHECKED = 'PyObject_Hash';
const CHECK = 'Py_EnterRecursiveCall';

const [FUNCTIONS, CODE] = [3, 10];
const [I32, I32_CONST] = [0x7f, 0x41];
const [I32_ADD, I32_SUBTRACT] = [0x6a, 0x6b];
const [GET_LOCAL, TEE_LOCAL, GET_GLOBAL, SET_GLOBAL] = [0x20, 0x22, 0x23, 0x24];
const [IF, ELSE, END, CALL] = [0x04, 0x05, 0x0b, 0x10];
/** What functions answer that failed: -1. */
const FAILED = 0x7f;

/** Throws when the module is not like the one that this was written for. */
export function countFrames(wasm: Uint8Array): Uint8Array {
  const module = new ModuleReader(wasm);
  const { imported, parameters } = module;
  const types = [...module.types];
  const bodies = [...module.bodies];
  const stackPointer = module.exported(GLOBAL, '__stack_pointer');
  const own = (name: string) => module.exported(FUNCTION, name) - imported;
  bodies[own(DEEPENED)] = deepened(DEEPENED, bodies[own(DEEPENED)] ?? new Uint8Array(), stackPointer);
  const noText = module.addressOf(NAMED) + NAMED.length;
  const check = [I32_CONST, ...signedLeb128(noText), CALL, ...leb128(module.exported(FUNCTION, CHECK))];
  for (const [target, before] of [
    [own(WRAPPED), []],
    [naming(module, NAMED), []],
    [own(UNCHECKED), [...check, IF, I32, I32_CONST, FAILED, ELSE]],
  ] as const) {
    const [type, body] = [types[target], bodies[target]];
    if (type === undefined || body === undefined) throw new Error(`the interpreter has no function ${target}`);
    bodies[target] = wrapper(stackPointer, parameters[type] ?? 0, imported + bodies.length, before);
    types.push(type);
    bodies.push(body);
  }
  const sections = module.sections.map((section) => {
    if (section.id === FUNCTIONS) return encode(section, vector(types.map((type) => Uint8Array.from(leb128(type)))));
    if (section.id === CODE) {
      return encode(
        section,
        vector(
          bodies.flatMap((body) => [Uint8Array.from(leb128(body.length)), body]),
          bodies.length,
        ),
      );
    }
    return encode(section, wasm.subarray(section.start, section.end));
  });
  return Buffer.concat([wasm.subarray(0, ModuleReader.HEADER_BYTES), ...sections]);
}

/**
 * The function taking memory that it takes none of. It looks at the stack pointer, keeps it, and writes it back before each
 * of its ends.
 */
function deepened(name: string, body: Uint8Array, stackPointer: number): Uint8Array {
  const code = Buffer.from(body).toString('latin1');
  const text = (...bytes: number[]) => String.fromCharCode(...bytes);
  const [get, set] = [text(GET_GLOBAL, ...leb128(stackPointer)), text(SET_GLOBAL, ...leb128(stackPointer))];
  const at = code.indexOf(get + text(TEE_LOCAL)) + get.length + 2;
  const kept = text(GET_LOCAL, code.charCodeAt(at - 1));
  const [ends, writes] = [kept + set, set].map((each) => code.split(each).length);
  if (at < get.length + 2 || ends !== writes || !code.endsWith(kept + set + text(END))) {
    throw new Error(`${name} does not use the stack as it is known to`);
  }
  const take = text(I32_CONST, FRAME_BYTES, I32_SUBTRACT) + set + kept;
  return Buffer.from(code.slice(0, at) + take + code.slice(at), 'latin1');
}

/** With something `before` the call, what that answers if it does not come to the call has the type of the function. */
function wrapper(stackPointer: number, parameters: number, target: number, before: readonly number[]): Uint8Array {
  const global = leb128(stackPointer);
  const move = (operator: number) => [
    ...[GET_GLOBAL, ...global, I32_CONST, FRAME_BYTES, operator],
    ...[SET_GLOBAL, ...global],
  ];
  const given = Array.from({ length: parameters }, (_, index) => [GET_LOCAL, index]).flat();
  const call = [...before, ...given, CALL, ...leb128(target), ...(before.length === 0 ? [] : [END])];
  const noLocals = 0;
  return Uint8Array.from([noLocals, ...move(I32_SUBTRACT), ...call, ...move(I32_ADD), END]);
}

/** The one function whose code has the address of this text. */
function naming(module: ModuleReader, text: string): number {
  const constant = Buffer.from([I32_CONST, ...signedLeb128(module.addressOf(text))]);
  const found = [...module.bodies.keys()].filter((index) => Buffer.from(module.bodies[index] ?? []).includes(constant));
  const [index] = found;
  if (found.length !== 1 || index === undefined) throw new Error(`${found.length} functions name "${text}"`);
  return index;
}

function vector(items: readonly Uint8Array[], count = items.length): Uint8Array {
  return Buffer.concat([Uint8Array.from(leb128(count)), ...items]);
}

function encode({ id }: Section, contents: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([id, ...leb128(contents.length)]), contents]);
}
