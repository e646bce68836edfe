/** What a program's isolate gets hold of to say that it begins and to hand over its output: nothing else can be reached through it. */

import { RpcTarget } from 'cloudflare:workers';
import { maxPayload } from '../records.ts';

export interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

const maxParts = 100_000;

/**
 * Called by code that may be hostile: every argument is checked. Batches are numbered from 1; one that comes again,
 * because its acknowledgement was lost when the program exited, is acknowledged and dropped.
 */
export class OutputSink extends RpcTarget {
  readonly #begin: () => Promise<void>;
  readonly #accept: (output: Output) => Promise<void>;
  #begun: Promise<void> | null = null;
  #last = 0;

  constructor(begin: () => Promise<void>, accept: (output: Output) => Promise<void>) {
    super();
    this.#begin = begin;
    this.#accept = accept;
  }

  /** Resolves when the program may run its user's code. */
  async begin(): Promise<void> {
    this.#begun ??= this.#begin();
    await this.#begun;
  }

  async write(number: unknown, parts: unknown): Promise<void> {
    if (!Number.isSafeInteger(number) || !Array.isArray(parts) || parts.length > maxParts) throw malformed();
    if (Number(number) <= this.#last) return;
    const outputs = parts.map(parsePart);
    this.#last = Number(number);
    for (const output of outputs) await this.#accept(output);
  }
}

function parsePart(part: unknown): Output {
  if (!Array.isArray(part)) throw malformed();
  const [stream, bytes]: unknown[] = part;
  if (stream !== 'stdout' && stream !== 'stderr') throw malformed();
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > maxPayload) throw malformed();
  return { stream, bytes };
}

function malformed(): TypeError {
  return new TypeError('Output is a number and a list of [stream, bytes].');
}
