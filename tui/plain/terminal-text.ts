/** Text of the server as it may be written to a stream: neutralised for a terminal, coloured only where colours are wanted. */

import { Sanitizer, sanitizeName, sanitizeText } from '../client/sanitize.ts';
import { SGR_PATTERN } from '../client/sgr.ts';
import type { Output } from './output.ts';

/** A whole text, such as a result or an error. */
export function textFor(output: Output, text: string): string {
  const safe = output.isTty ? sanitizeText(text) : text;
  return output.color ? safe : safe.replace(SGR_PATTERN, '');
}

/** A name that must stay on its line. */
export function nameFor(output: Output, name: string): string {
  return output.isTty ? sanitizeName(name) : name;
}

/** A stream of bytes whose characters and escape sequences may be cut anywhere. */
export class TextStream {
  readonly #output: Output;
  readonly #decoder = new TextDecoder();
  readonly #sanitizer = new Sanitizer();

  constructor(output: Output) {
    this.#output = output;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (!this.#output.isTty) return this.#output.write(bytes);
    return this.#output.write(this.#sanitizer.write(this.#decoder.decode(bytes, { stream: true })));
  }

  /** Switches off the styles that are left on. */
  end(): Promise<void> | undefined {
    return this.#output.isTty ? this.#output.write(this.#sanitizer.end()) : undefined;
  }
}
