/** HTTP requests of the guest: started by it, settled outside, told to it when it asks. */

import { concatBytes } from '../../../protocol/frame.ts';
import { HostError } from './guard.ts';

interface Settled {
  readonly head: string;
  readonly body: Uint8Array;
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
/** Of requests that have not settled and responses that were not read: they are in no memory that is counted. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
const FULL = `requests and their unread responses hold more than ${MAX_HELD_BYTES} bytes: read some first`;

export class Fetches {
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #onSettled: () => void;
  readonly #running = new Map<number, AbortController>();
  readonly #settled = new Map<number, Settled>();
  /** By number. */
  readonly #held = new Map<number, number>();
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

  /**
   * `description` is JSON of `{url, method, headers: [name, value][], redirect}`: without `redirect` redirects are followed.
   * Answers the request's number.
   */
  start(description: string, body: Uint8Array | null): number {
    if (body && !this.#hasRoom(body.byteLength)) throw new HostError(FULL);
    const controller = new AbortController();
    let request: Request;
    try {
      const { url, method, headers, redirect } = JSON.parse(description);
      const options = { method, headers, redirect: redirect ?? 'follow', signal: controller.signal };
      request = new Request(url, body === null ? options : { ...options, body });
    } catch (error) {
      throw new HostError(error instanceof Error ? error.message : 'the request is not valid');
    }
    this.#last += 1;
    const id = this.#last;
    this.#running.set(id, controller);
    this.#held.set(id, body?.byteLength ?? 0);
    void this.#run(id, request);
    return id;
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort();
    this.#running.delete(id);
    this.#forget(id);
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
    this.#forget(id);
    return body;
  }

  #get(id: number): Settled {
    const settled = this.#settled.get(id);
    if (!settled) throw new HostError('there is no such response');
    return settled;
  }

  async #run(id: number, request: Request): Promise<void> {
    const settled = await this.#settle(id, request);
    if (!this.#running.delete(id)) return;
    this.#held.set(id, settled.body.byteLength);
    this.#settled.set(id, settled);
    this.#untold.push(id);
    this.#onSettled();
  }

  async #settle(id: number, request: Request): Promise<Settled> {
    try {
      const response = await this.#fetch(request);
      const body = await this.#readAll(id, response.body);
      const { status, statusText, url, headers } = response;
      return { head: JSON.stringify({ status, reason: statusText, url, headers: [...headers] }), body };
    } catch (error) {
      const message = error instanceof Error ? error.message : 'the request failed';
      return { head: JSON.stringify({ error: message }), body: new Uint8Array() };
    }
  }

  async #readAll(id: number, stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of stream ?? []) {
      size += chunk.byteLength;
      if (size > MAX_RESPONSE_BYTES) throw new Error(`the response is larger than ${MAX_RESPONSE_BYTES} bytes`);
      if (!this.#hasRoom(chunk.byteLength)) throw new Error(FULL);
      const held = this.#held.get(id);
      if (held !== undefined) this.#held.set(id, held + chunk.byteLength);
      chunks.push(chunk);
    }
    return concatBytes(chunks);
  }

  #hasRoom(bytes: number): boolean {
    let held = bytes;
    for (const each of this.#held.values()) held += each;
    return held <= MAX_HELD_BYTES;
  }

  #forget(id: number): void {
    this.#settled.delete(id);
    this.#held.delete(id);
  }
}
