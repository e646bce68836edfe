/** The few parts of the Wasm binary format that our hand-assembled modules need. */

export const I32 = 0x7f;
export const FUNCTION = 0;
export const MEMORY = 2;
export const GLOBAL = 3;

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module of these sections, in the order of their ids. */
export function assembleModule(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...HEADER, ...sections.flat()]);
}

export function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...sized(bytes)];
}

/** `bytes` behind their length. */
export function sized(bytes: readonly number[]): number[] {
  return [...leb128(bytes.length), ...bytes];
}

export function name(text: string): number[] {
  return sized([...text].map((character) => character.charCodeAt(0)));
}

/** An unsigned number. */
export function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)];
}

/** A number that is not negative, where the format takes signed ones. */
export function signedLeb128(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb128(value >>> 7)];
}
