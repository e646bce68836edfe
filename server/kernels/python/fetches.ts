/** HTTP requests of the guest: started by it, settled outside, told to it when it asks. */

import { concatBytes } from '../../../protocol/frame.ts';
import { HostError } from './guard.ts';

interface Settled {
  readonly head: string;
  readonly body: Uint8Array;
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

export class Fetches {
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #onSettled: () => void;
  readonly #running = new Map<number, AbortController>();
  readonly #settled = new Map<number, Settled>();
  #untold: number[] = [];
  #last = 0;

  constructor(fetch: (request: Request) => Promise<Response>, onSettled: () => void) {
    this.#fetch = fetch;
    this.#onSettled = onSettled;
  }

  /** Whether something settled that the guest was not told. */
  get hasEvents(): boolean {
    return this.#untold.length > 0;
  }

  /** Of those that have not settled. */
  get running(): number {
    return this.#running.size;
  }

  /** Numbers go on after those of an earlier instance, which wait for answers that never come. */
  startAfter(last: number): void {
    this.#last = last;
  }

  get last(): number {
    return this.#last;
  }

  /** `description` is JSON of `{url, method, headers: [name, value][]}`. Answers the request's number. */
  start(description: string, body: Uint8Array | null): number {
    const controller = new AbortController();
    let request: Request;
    try {
      const { url, method, headers } = JSON.parse(description);
      const options = { method, headers, signal: controller.signal };
      request = new Request(url, body === null ? options : { ...options, body });
    } catch (error) {
      throw new HostError(error instanceof Error ? error.message : 'the request is not valid');
    }
    this.#last += 1;
    const id = this.#last;
    this.#running.set(id, controller);
    void this.#run(id, request);
    return id;
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort();
    this.#running.delete(id);
    this.#settled.delete(id);
  }

  cancelAll(): void {
    for (const id of [...this.#running.keys()]) this.cancel(id);
  }

  takeSettled(): number[] {
    const taken = this.#untold;
    this.#untold = [];
    return taken;
  }

  /** JSON of `{status, reason, url, headers}` or `{error}`. */
  head(id: number): string {
    return this.#get(id).head;
  }

  /** The body, once. */
  body(id: number): Uint8Array {
    const { body } = this.#get(id);
    this.#settled.delete(id);
    return body;
  }

  #get(id: number): Settled {
    const settled = this.#settled.get(id);
    if (!settled) throw new HostError('there is no such response');
    return settled;
  }

  async #run(id: number, request: Request): Promise<void> {
    const settled = await this.#settle(request);
    if (!this.#running.delete(id)) return;
    this.#settled.set(id, settled);
    this.#untold.push(id);
    this.#onSettled();
  }

  async #settle(request: Request): Promise<Settled> {
    try {
      const response = await this.#fetch(request);
      const body = await readAll(response.body);
      const { status, statusText, url, headers } = response;
      return { head: JSON.stringify({ status, reason: statusText, url, headers: [...headers] }), body };
    } catch (error) {
      const message = error instanceof Error ? error.message : 'the request failed';
      return { head: JSON.stringify({ error: message }), body: new Uint8Array() };
    }
  }
}

async function readAll(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > MAX_RESPONSE_BYTES) throw new Error(`the response is larger than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return concatBytes(chunks);
}
