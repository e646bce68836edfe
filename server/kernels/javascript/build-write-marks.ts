/**
 * Build step: rewrites the interpreter's Wasm so that each of its writes marks the page it begins in.
 *
 * A snapshot would have to compare all of the heap otherwise, the largest cost of an input that does little.
 * Stores are marked by build-marked-stores.ts. `memory.copy` and `memory.fill` become calls of functions that mark all
 * that they write; so does the export `wasm_malloc`, by which the host gets the memory that it writes to.
 */

import { markStores } from './build-marked-stores.ts';
import { I32, leb128, section, signedLeb128, sized } from './build-wasm.ts';
import {
  CALL,
  END,
  I32_ADD,
  I32_CONST,
  I32_SHR_U,
  I32_SUB,
  LOCAL_GET,
  LOCAL_SET,
  MEMORY_COPY,
  MEMORY_FILL,
  MEMORY_INSTRUCTIONS,
  WasmReader,
} from './build-wasm-instructions.ts';
import { MARK_SHIFT, MARKED, MARKS_AT, MAX_MARKED_BYTES } from './write-marks-layout.ts';

const HEADER_BYTES = 8;
const TYPES = 1;
const IMPORTS = 2;
const FUNCTIONS = 3;
const MEMORIES = 5;
const EXPORTS = 7;
const CODE = 10;

const FUNCTION_TYPE = 0x60;
const WASM_PAGE_BYTES = 65_536;

const ALLOCATE = 'wasm_malloc';

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/** What is put behind the functions that a module has. */
interface Added {
  readonly copy: number;
  readonly fill: number;
  /** The `wasm_malloc` that marks; null in modules without one. */
  readonly allocate: number | null;
}

/** The module with its writes marked. Throws for modules that have what is not known here. */
export function markWrites(module: Uint8Array): Uint8Array {
  const sections = readSections(module);
  const bodyOf = (id: number): Uint8Array => sections.find((each) => each.id === id)?.body ?? Uint8Array.of(0);
  const parameters = readParameterCounts(bodyOf(TYPES));
  const types = readNumbers(bodyOf(FUNCTIONS));
  const imported = countImportedFunctions(bodyOf(IMPORTS));
  const allocate = findExport(bodyOf(EXPORTS), ALLOCATE);
  const next = imported + types.length;
  const added: Added = { copy: next, fill: next + 1, allocate: allocate === null ? null : next + 2 };
  const typeOfWriter = parameters.length;
  const out: number[][] = [];
  for (const { id, body } of sections) {
    if (id === TYPES) {
      const three = [FUNCTION_TYPE, 3, I32, I32, I32, 0];
      const one = [FUNCTION_TYPE, 1, I32, 1, I32];
      out.push(section(id, [...leb128(parameters.length + 2), ...behindCount(body), ...three, ...one]));
    } else if (id === FUNCTIONS) {
      const more = [typeOfWriter, typeOfWriter, ...(allocate === null ? [] : [typeOfWriter + 1])];
      out.push(section(id, [...leb128(types.length + more.length), ...behindCount(body), ...more.flatMap(leb128)]));
    } else if (id === MEMORIES) {
      out.push(section(id, boundedMemory(body)));
    } else if (id === EXPORTS) {
      out.push(section(id, withExport(body, added.allocate)));
    } else if (id === CODE) {
      out.push(section(id, rewriteCode(body, { parameters, types, added, allocate })));
    } else {
      out.push(section(id, [...body]));
    }
  }
  return Uint8Array.from([...module.subarray(0, HEADER_BYTES), ...out.flat()]);
}

function readSections(module: Uint8Array): Section[] {
  const reader = new WasmReader(module, HEADER_BYTES);
  const sections: Section[] = [];
  while (reader.at < module.byteLength) {
    const id = reader.byte();
    sections.push({ id, body: reader.take(reader.number()) });
  }
  return sections;
}

/** What follows the count that a section begins with. */
function behindCount(body: Uint8Array): Uint8Array {
  const reader = new WasmReader(body);
  reader.skipNumber();
  return body.subarray(reader.at);
}

/** How many parameters each function type has. */
function readParameterCounts(body: Uint8Array): number[] {
  const reader = new WasmReader(body);
  return Array.from({ length: reader.number() }, () => {
    if (reader.byte() !== FUNCTION_TYPE) throw new Error('a Wasm type is no function type');
    const count = reader.number();
    reader.take(count);
    reader.take(reader.number());
    return count;
  });
}

function readNumbers(body: Uint8Array): number[] {
  const reader = new WasmReader(body);
  return Array.from({ length: reader.number() }, () => reader.number());
}

function countImportedFunctions(body: Uint8Array): number {
  const reader = new WasmReader(body);
  let functions = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.take(reader.number());
    reader.take(reader.number());
    const kind = reader.byte();
    if (kind === 0) {
      functions += 1;
      reader.skipNumber();
    } else if (kind === 3) {
      reader.take(2);
    } else if (kind === 1 || kind === 2) {
      if (kind === 1) reader.byte();
      const hasMaximum = reader.byte() === 1;
      reader.skipNumber();
      if (hasMaximum) reader.skipNumber();
    } else {
      throw new Error(`a Wasm import has the kind ${kind}`);
    }
  }
  return functions;
}

function forEachExport(
  body: Uint8Array,
  visit: (entry: { name: Uint8Array; kind: number; index: number }) => void,
): void {
  const reader = new WasmReader(body);
  for (let left = reader.number(); left > 0; left -= 1) {
    visit({ name: reader.take(reader.number()), kind: reader.byte(), index: reader.number() });
  }
}

function isAllocate(name: Uint8Array): boolean {
  return new TextDecoder().decode(name) === ALLOCATE;
}

/** The function that is exported under the name, or null. */
function findExport(body: Uint8Array, wanted: string): number | null {
  let found: number | null = null;
  forEachExport(body, ({ name, kind, index }) => {
    if (kind === 0 && new TextDecoder().decode(name) === wanted) found = index;
  });
  return found;
}

function withExport(body: Uint8Array, allocate: number | null): number[] {
  const entries: number[][] = [];
  forEachExport(body, ({ name, kind, index }) => {
    const target = allocate !== null && kind === 0 && isAllocate(name) ? allocate : index;
    entries.push([...sized([...name]), kind, ...leb128(target)]);
  });
  return [...leb128(entries.length), ...entries.flat()];
}

/** The one memory, with a limit to which there are marks. */
function boundedMemory(body: Uint8Array): number[] {
  const reader = new WasmReader(body);
  const count = reader.number();
  reader.byte();
  if (count !== 1) throw new Error(`the Wasm module has ${count} memories`);
  return [1, 1, ...leb128(reader.number()), ...leb128(MAX_MARKED_BYTES / WASM_PAGE_BYTES)];
}

interface Functions {
  readonly parameters: readonly number[];
  readonly types: readonly number[];
  readonly added: Added;
  readonly allocate: number | null;
}

function rewriteCode(body: Uint8Array, { parameters, types, added, allocate }: Functions): number[] {
  const reader = new WasmReader(body);
  const count = reader.number();
  const out: number[] = [];
  for (const type of types) {
    for (const byte of sized(markStores(reader.take(reader.number()), parameters[type] ?? 0, added))) out.push(byte);
  }
  const more = [
    writer(MEMORY_COPY, [0, 0]),
    writer(MEMORY_FILL, [0]),
    ...(allocate === null ? [] : [allocator(allocate)]),
  ];
  return [...leb128(count + more.length), ...out, ...more.flatMap(sized)];
}

/** Marks the pages from the address in local `start` on, for as many bytes as are in local `length`, and one more. */
function markRange(start: number, length: number): number[] {
  const firstPage = [LOCAL_GET, start, I32_CONST, MARK_SHIFT, I32_SHR_U];
  const lastPage = [LOCAL_GET, start, LOCAL_GET, length, I32_ADD, I32_CONST, MARK_SHIFT, I32_SHR_U];
  return [
    ...[...firstPage, I32_CONST, ...signedLeb128(MARKS_AT), I32_ADD],
    ...[I32_CONST, MARKED],
    ...[...lastPage, ...firstPage, I32_SUB, I32_CONST, 1, I32_ADD],
    ...[MEMORY_INSTRUCTIONS, MEMORY_FILL, 0],
  ];
}

/** `memory.copy` or `memory.fill` as a function. */
function writer(which: number, memories: readonly number[]): number[] {
  const all = [LOCAL_GET, 0, LOCAL_GET, 1, LOCAL_GET, 2];
  return [0, ...markRange(0, 2), ...all, MEMORY_INSTRUCTIONS, which, ...memories, END];
}

/** `wasm_malloc`, whose caller writes to what it is given. */
function allocator(allocate: number): number[] {
  return [1, 1, I32, LOCAL_GET, 0, CALL, ...leb128(allocate), LOCAL_SET, 1, ...markRange(1, 0), LOCAL_GET, 1, END];
}
