/** What Python writes to descriptors 1 and 2, as text of the running input. */

import type { Turn } from './turn.ts';

const STREAMS = { 1: 'stdout', 2: 'stderr' } as const;

export class Output {
  readonly #turn: Turn;
  /** A character may come in two writes. */
  readonly #decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  /** The input that what is written belongs to. */
  input = 0;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  write(descriptor: 1 | 2, bytes: Uint8Array): void {
    this.#tell(descriptor, this.#decoders[descriptor].decode(bytes, { stream: true }));
  }

  writeText(descriptor: 1 | 2, text: string): void {
    this.#tell(descriptor, text);
  }

  /** At the end of an input: half a character is shown as what it is. */
  finish(): void {
    for (const descriptor of [1, 2] as const) this.#tell(descriptor, this.#decoders[descriptor].decode());
  }

  #tell(descriptor: 1 | 2, text: string): void {
    if (text === '') return;
    this.#turn.io?.write(STREAMS[descriptor], text, this.input);
    this.#turn.noteOutput(text.length);
  }
}
