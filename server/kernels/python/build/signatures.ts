/**
 * Assembles the module that makes Wasm functions of JavaScript functions, for all signatures that may be asked for: the
 * platform compiles no module at run time. It imports a function per signature and exports it again under the same name.
 */

import { assembleModule, FUNCTION, name, section } from '../../javascript/build-wasm.ts';

/** Of the letters by which Emscripten writes types. */
const TYPES: Readonly<Record<string, number>> = { i: 0x7f, j: 0x7e, f: 0x7d, d: 0x7c, e: 0x6f };
/** Callbacks that ctypes makes take so many 32-bit parameters at most. */
const MAX_CALLBACK_PARAMETERS = 8;

/** `glue` names the signatures of the functions that it puts into the table. */
export function assembleSignatures(glue: string): Uint8Array {
  const signatures = new Set<string>();
  for (const [, signature = ''] of glue.matchAll(/\.sig="([vijfdpe]+)"/g))
    signatures.add(signature.replaceAll('p', 'i'));
  for (const result of 'vijfd') {
    for (let count = 0; count <= MAX_CALLBACK_PARAMETERS; count += 1) signatures.add(result + 'i'.repeat(count));
  }
  for (const signature of ['dd', 'ddd', 'ff', 'fff', 'jj', 'jjj']) signatures.add(signature);
  const sorted = [...signatures].sort();
  return assembleModule(
    section(1, vector(sorted.map(type))),
    section(
      2,
      vector(sorted.map((signature, index) => [...name('e'), ...name(signature), FUNCTION, ...number(index)])),
    ),
    section(7, vector(sorted.map((signature, index) => [...name(signature), FUNCTION, ...number(index)]))),
  );
}

function type(signature: string): number[] {
  const [result = 'v', ...parameters] = signature;
  return [0x60, ...vector(parameters.map(code)), ...vector(result === 'v' ? [] : [code(result)])];
}

function code(letter: string): number[] {
  const found = TYPES[letter];
  if (found === undefined) throw new Error(`no Wasm type is known for "${letter}"`);
  return [found];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...number(items.length), ...items.flat()];
}

/** Unsigned LEB128. */
function number(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)];
}
