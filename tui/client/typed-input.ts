/** What a person types into the programs that this terminal started: asked for when one of them waits for it. */

import type { StdinSource } from './program-upload.ts';

/** The standard input of one program. */
class TypedInput implements StdinSource {
  readonly wanted: () => void;
  readonly #waiting: (Uint8Array | null)[] = [];
  #wake: () => void = () => undefined;

  constructor(wanted: () => void) {
    this.wanted = wanted;
  }

  /** Null: there is no more. */
  give(bytes: Uint8Array | null): void {
    this.#waiting.push(bytes);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (true) {
      const next = this.#waiting.shift();
      if (next === null) return;
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

export class TypedInputs {
  readonly #changed: (program: number) => void;
  readonly #inputs = new Map<number, TypedInput>();
  /** Programs that wait for a line, the newest to do so last. */
  readonly #asking = new Set<number>();

  /** `changed` is called when a program begins to wait. */
  constructor(changed: (program: number) => void) {
    this.#changed = changed;
  }

  /** The program that is to be given the next line. */
  get asking(): number | null {
    return [...this.#asking].at(-1) ?? null;
  }

  /** The input of a program to come, and who tells its number. */
  open(): { readonly stdin: StdinSource; readonly accepted: (program: number) => void } {
    let number: number | null = null;
    const stdin = new TypedInput(() => {
      if (number === null || !this.#inputs.has(number)) return;
      this.#asking.add(number);
      this.#changed(number);
    });
    const accepted = (program: number): void => {
      number = program;
      this.#inputs.set(program, stdin);
    };
    return { stdin, accepted };
  }

  /** A line without its end; null: there is no more. */
  give(program: number, line: string | null): void {
    this.#asking.delete(program);
    this.#inputs.get(program)?.give(line === null ? null : new TextEncoder().encode(`${line}\n`));
    if (line === null) this.#inputs.delete(program);
  }

  /** The program has ended. */
  close(program: number): void {
    this.give(program, null);
  }

  /** The line is lost: for those programs, so is the rest of their input. */
  closeAll(): void {
    for (const program of [...this.#inputs.keys()]) this.close(program);
  }
}
