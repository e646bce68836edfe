/** What the build must know of a Wasm module: its sections, the types and bodies of its functions, its exports and its data. */

export const FUNCTION = 0;
export const GLOBAL = 3;

export interface Section {
  readonly id: number;
  /** Where its contents start and end. */
  readonly start: number;
  readonly end: number;
}

const [TYPES, IMPORTS, FUNCTIONS, EXPORTS, CODE, DATA] = [1, 2, 3, 7, 10, 11];
const [TABLE, MEMORY, TAG] = [1, 2, 4];
const FUNCTION_TYPE = 0x60;
const I32_CONST = 0x41;
const END = 0x0b;
const HAS_MAXIMUM = 1;

export class ModuleReader {
  static readonly HEADER_BYTES = 8;

  readonly sections: readonly Section[];
  /** How many functions are imported: those of the module are numbered after them. */
  readonly imported: number;
  /** The number of parameters of each type. */
  readonly parameters: readonly number[];
  /** The type of each of its own functions. */
  readonly types: readonly number[];
  /** The locals and the code of each of its own functions. */
  readonly bodies: readonly Uint8Array[];
  readonly #wasm: Uint8Array;
  readonly #exports: ReadonlyMap<string, number>;
  #at = ModuleReader.HEADER_BYTES;

  /** Throws for what no module of C is made of. */
  constructor(wasm: Uint8Array) {
    this.#wasm = wasm;
    const sections: Section[] = [];
    while (this.#at < wasm.length) {
      const id = this.#byte();
      const end = this.#number() + this.#at;
      sections.push({ id, start: this.#at, end });
      this.#at = end;
    }
    this.sections = sections;
    this.parameters = this.#vector(TYPES, () => this.#functionType());
    this.imported = this.#vector(IMPORTS, () => this.#import()).filter((kind) => kind === FUNCTION).length;
    this.types = this.#vector(FUNCTIONS, () => this.#number());
    this.#exports = new Map(
      this.#vector(EXPORTS, () => {
        const name = this.#name();
        return [`${this.#byte()} ${name}`, this.#number()];
      }),
    );
    this.bodies = this.#vector(CODE, () => this.#bytes());
  }

  /** The number of what is exported under this name. Throws if nothing is. */
  exported(kind: number, name: string): number {
    const number = this.#exports.get(`${kind} ${name}`);
    if (number === undefined) throw new Error(`the module exports no ${name}`);
    return number;
  }

  /** The address in memory at which the module puts this text. Throws if it does not. */
  addressOf(text: string): number {
    const at = Buffer.from(this.#wasm).indexOf(text);
    const addresses = this.#vector(DATA, () => {
      if (this.#number() !== 0 || this.#byte() !== I32_CONST) throw new Error('data is put where only a start tells');
      const base = this.#number();
      if (this.#byte() !== END) throw new Error('data is put where only a start tells');
      const bytes = this.#bytes();
      const start = this.#at - bytes.length;
      return at >= start && at < this.#at ? base + at - start : 0;
    });
    const address = addresses.find((each) => each > 0);
    if (address === undefined) throw new Error(`the module has no text "${text}"`);
    return address;
  }

  #functionType(): number {
    if (this.#byte() !== FUNCTION_TYPE) throw new Error('a type of the module is not that of a function');
    const { length } = this.#bytes();
    this.#bytes();
    return length;
  }

  #import(): number {
    this.#name();
    this.#name();
    const kind = this.#byte();
    switch (kind) {
      case TABLE:
        this.#byte();
        this.#limits();
        break;
      case MEMORY:
        this.#limits();
        break;
      case GLOBAL:
      case TAG:
        this.#byte();
        this.#number();
        break;
      default:
        this.#number();
    }
    return kind;
  }

  #limits(): void {
    const flags = this.#byte();
    this.#number();
    if (flags & HAS_MAXIMUM) this.#number();
  }

  #vector<T>(id: number, read: () => T): T[] {
    const section = this.sections.find((each) => each.id === id);
    if (!section) throw new Error(`the module has no section ${id}`);
    this.#at = section.start;
    return Array.from({ length: this.#number() }, read);
  }

  #name(): string {
    return new TextDecoder().decode(this.#bytes());
  }

  /** Bytes behind their length. */
  #bytes(): Uint8Array {
    const end = this.#number() + this.#at;
    const bytes = this.#wasm.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #byte(): number {
    const byte = this.#wasm[this.#at];
    if (byte === undefined) throw new Error('the module ends too early');
    this.#at += 1;
    return byte;
  }

  /** Unsigned LEB128 of 32 bits. */
  #number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}
