/**
 * Compiled parts of packages (“side modules”), linked into a running interpreter. The platform compiles no code at run time,
 * so each is a module of the build (side-modules.json), found by the hash of the file that Python opens.
 *
 * A heap holds what such a module keeps in memory and the numbers of its functions in the table, not the module. So each
 * step of linking is noted with the places that it was given; after a restore the same steps give the same places, and the
 * memory stays as it is.
 */

import { createHash } from 'node:crypto';
import type { PythonModule } from './glue.ts';

/** By the sha256 of their files, in hex. */
export type SideModules = Readonly<Record<string, WebAssembly.Module>>;

interface Placed {
  readonly sha256: string;
  readonly memoryBase: number;
  readonly tableBase: number;
}

/** A library was opened, or the address of one of its functions was asked for. */
interface LinkStep {
  readonly handle: number;
  readonly symbol: string | null;
  /** The library and those that it needs. */
  readonly modules: readonly Placed[];
  /** Other entries of the table that were taken, in order. */
  readonly slots: readonly number[];
}

/** What belongs to a heap of the modules that were linked. */
export interface Linking {
  readonly steps: readonly LinkStep[];
  /** Entries of the function table. */
  readonly tableLength: number;
}

type Draft = { -readonly [Key in keyof Placed]: Placed[Key] };

/** They are stored with each heap. */
export const MAX_LINK_STEPS = 500;
/** Each callback of ctypes is an instance of Wasm, of some 40 KiB outside the heap, which no other limit counts. */
export const MAX_CALLBACKS = 256;

export class Linker {
  readonly #known: SideModules;
  readonly #steps: LinkStep[] = [];
  /** The step that runs. */
  #modules: Draft[] = [];
  #slots: number[] = [];
  /** The places that are to be given again; null when they are new. */
  #again: { readonly modules: Placed[]; readonly slots: number[] } | null = null;
  #isStepping = false;
  /** The entries of the table that callbacks of ctypes have had since the instance started. */
  readonly #callbacks = new Set<number>();

  constructor(known: SideModules) {
    this.#known = known;
  }

  get steps(): readonly LinkStep[] {
    return this.#steps;
  }

  /** Does again what was noted, in a memory that has it behind it. Throws when the build has no such module any more. */
  relink(module: PythonModule, { steps, tableLength }: Linking): void {
    for (const step of steps) {
      this.#again = { modules: [...step.modules], slots: [...step.slots] };
      try {
        if (step.symbol === null) module.openLibrary(step.handle);
        else module.addressOf(step.handle, step.symbol);
      } finally {
        this.#again = null;
      }
    }
    // Numbers that others had, such as callbacks of ctypes, are not given to anything new.
    const missing = tableLength - module.wasmTable.length;
    if (missing > 0) module.wasmTable.grow(missing);
  }

  /** For the glue: runs a step. One that fails is not noted. */
  step(handle: number, symbol: string | null, action: () => number): number {
    if (this.#isStepping) return action();
    this.#isStepping = true;
    [this.#modules, this.#slots] = [[], []];
    try {
      const result = action();
      const isDone = result && this.#modules.length + this.#slots.length > 0;
      if (isDone) this.#steps.push({ handle, symbol, modules: this.#modules, slots: this.#slots });
      return result;
    } finally {
      this.#isStepping = false;
    }
  }

  /** For the glue. */
  get isAgain(): boolean {
    return this.#again !== null;
  }

  /** For the glue: the module of a file. Throws with words for the user when it is none of the build. */
  library(path: string, read: () => Uint8Array): WebAssembly.Module {
    const sha256 = this.#again?.modules[0]?.sha256 ?? hashOf(read());
    const found = Object.hasOwn(this.#known, sha256) ? this.#known[sha256] : undefined;
    if (this.#steps.length >= MAX_LINK_STEPS) throw new Error(`${path} is one compiled module too many for a session`);
    if (!found) throw new Error(`${path} is compiled code that this server was not deployed with`);
    this.#modules.push({ sha256, memoryBase: 0, tableBase: 0 });
    return found;
  }

  /** For the glue: where the data of the module that was found last begins. */
  memoryBase(allocate: () => number): number {
    return this.#place('memoryBase', this.#again?.modules[0]?.memoryBase ?? allocate());
  }

  /** For the glue: where its functions begin in the table. */
  tableBase(next: number): number {
    return this.#place('tableBase', this.#again?.modules.shift()?.tableBase ?? next);
  }

  /** For the glue: an entry of the table. */
  slot(table: WebAssembly.Table, free: number[]): number {
    const again = this.#again?.slots.shift();
    if (again !== undefined && again >= table.length) table.grow(again + 1 - table.length);
    const slot = again ?? free.pop() ?? table.grow(1);
    if (this.#isStepping) this.#slots.push(slot);
    return slot;
  }

  /** For the glue: whether ctypes may make another callback. */
  mayCallBack(free: readonly number[]): boolean {
    return this.#callbacks.size < MAX_CALLBACKS || free.length > 0;
  }

  /** For the glue: the entry `slot` is one for callbacks. */
  callback(slot: number): number {
    this.#callbacks.add(slot);
    return slot;
  }

  /** For the glue: whether a callback may be put there. Python can name any entry. */
  isCallback(slot: number): boolean {
    return this.#callbacks.has(slot);
  }

  /** For the glue: an instance; what it puts into its memory at the beginning is not put there again. */
  instantiate(
    module: WebAssembly.Module,
    imports: WebAssembly.Imports,
    memory: Uint8Array,
    [start, size]: readonly [number, number],
  ): WebAssembly.Instance {
    if (!this.isAgain) return new WebAssembly.Instance(module, imports);
    const kept = memory.slice(start, start + size);
    const instance = new WebAssembly.Instance(module, imports);
    memory.set(kept, start);
    return instance;
  }

  #place(what: 'memoryBase' | 'tableBase', where: number): number {
    const last = this.#modules.at(-1);
    if (last) last[what] = where;
    return where;
  }
}

function hashOf(bytes: Uint8Array): string {
  const hash = createHash('sha256');
  hash.update(bytes);
  return hash.digest('hex');
}
