/**
 * Makes recursion of the interpreter's C code end before the stack does.
 *
 * CPython looks how far the stack pointer has come. In Wasm that pointer is about the memory of a call; the call itself is
 * on a stack of V8 that nobody can see, and whose end is the end of the instance. Some functions call themselves thousands
 * of times and take no memory, or little. Here each of their calls is given some, by a function of the same type that
 * stands in their place: it moves the stack pointer, calls what was there before, and moves it back.
 */

import { leb128, signedLeb128 } from '../../javascript/build-wasm.ts';
import { FUNCTION, GLOBAL, ModuleReader, type Section } from './module-reader.ts';

/** A multiple of 16. Python's stack ends after at most 1,800 such calls, V8's after more than 3,000. */
const FRAME_BYTES = 48;
/** They free what is held by what is freed, and compare what is in what is compared. */
const EXPORTED = ['_Py_Dealloc', 'PyObject_RichCompare'];
/** What only the function names that reads an object of JSON. */
const NAMED = ' while decoding a JSON object from a unicode string';

const [FUNCTIONS, CODE] = [3, 10];
const I32_CONST = 0x41;
const [I32_ADD, I32_SUBTRACT] = [0x6a, 0x6b];
const [GET_LOCAL, GET_GLOBAL, SET_GLOBAL] = [0x20, 0x23, 0x24];
const [CALL, END] = [0x10, 0x0b];

/** Throws when the module is not like the one that this was written for. */
export function countFrames(wasm: Uint8Array): Uint8Array {
  const module = new ModuleReader(wasm);
  const { imported, parameters } = module;
  const types = [...module.types];
  const bodies = [...module.bodies];
  const stackPointer = module.exported(GLOBAL, '__stack_pointer');
  const targets = EXPORTED.map((name) => module.exported(FUNCTION, name) - imported);
  for (const target of [...targets, naming(module, NAMED)]) {
    const [type, body] = [types[target], bodies[target]];
    if (type === undefined || body === undefined) throw new Error(`the interpreter has no function ${target}`);
    bodies[target] = wrapper(stackPointer, parameters[type] ?? 0, imported + bodies.length);
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

function wrapper(stackPointer: number, parameters: number, target: number): Uint8Array {
  const global = leb128(stackPointer);
  const move = (operator: number) => [
    ...[GET_GLOBAL, ...global, I32_CONST, FRAME_BYTES, operator],
    ...[SET_GLOBAL, ...global],
  ];
  const given = Array.from({ length: parameters }, (_, index) => [GET_LOCAL, index]).flat();
  const noLocals = 0;
  return Uint8Array.from([
    ...[noLocals, ...move(I32_SUBTRACT), ...given],
    ...[CALL, ...leb128(target), ...move(I32_ADD), END],
  ]);
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
