/**
 * The guest's network requests, outside the guest. What happens to them is queued until the kernel hands it in, between
 * evaluations or while one waits.
 */

import type { FetchHead } from './guest/host-calls.ts';

export type FetchEvent =
  | { readonly kind: 'head'; readonly id: number; readonly head: FetchHead }
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'fail'; readonly id: number; readonly message: string };

export interface FetchRequest {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
  readonly redirect: 'follow' | 'error' | 'manual';
}

/** Requests under way at once in one kernel. */
export const MAX_FETCHES = 50;

interface OpenFetch {
  readonly controller: AbortController;
  reader?: ReadableStreamDefaultReader<Uint8Array>;
}

export class Fetches {
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #onEvent: () => void;
  readonly #open = new Map<number, OpenFetch>();
  readonly #events: FetchEvent[] = [];

  constructor(fetch: (request: Request) => Promise<Response>, onEvent: () => void) {
    this.#fetch = fetch;
    this.#onEvent = onEvent;
  }

  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  /** Whether a request is under way, or its body not read to the end. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** The oldest event not yet taken. */
  takeEvent(): FetchEvent | undefined {
    return this.#events.shift();
  }

  start(request: FetchRequest): void {
    const { id } = request;
    if (this.#open.has(id)) return;
    if (this.#open.size >= MAX_FETCHES) {
      this.#emit({ kind: 'fail', id, message: `more than ${MAX_FETCHES} requests at once` });
      return;
    }
    const open: OpenFetch = { controller: new AbortController() };
    this.#open.set(id, open);
    void this.#run(request, open);
  }

  /** Answers with one event: a chunk, the end or a failure. */
  pull(id: number): void {
    const open = this.#open.get(id);
    if (open) void this.#read(id, open);
  }

  abort(id: number): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    open.controller.abort();
    for (let index = this.#events.length - 1; index >= 0; index -= 1) {
      if (this.#events[index]?.id === id) this.#events.splice(index, 1);
    }
  }

  abortAll(): void {
    for (const id of [...this.#open.keys()]) this.abort(id);
  }

  async #run({ id, method, url, headers, body, redirect }: FetchRequest, open: OpenFetch): Promise<void> {
    try {
      const response = await this.#fetch(
        new Request(url, {
          method,
          headers: headers.map(([name, value]): [string, string] => [name, value]),
          body,
          redirect: redirect === 'error' ? 'manual' : redirect,
          signal: open.controller.signal,
        }),
      );
      if (redirect === 'error' && response.status >= 300 && response.status < 400)
        throw new Error('unexpected redirect');
      if (response.body) open.reader = response.body.getReader();
      const { status, statusText, redirected } = response;
      const head = { url: response.url || url, status, statusText, redirected, headers: [...response.headers] };
      this.#emitFor(open, { kind: 'head', id, head });
    } catch (error) {
      this.#fail(id, open, error);
    }
  }

  async #read(id: number, open: OpenFetch): Promise<void> {
    try {
      const { done, value } = (await open.reader?.read()) ?? { done: true, value: undefined };
      this.#emitFor(open, done ? { kind: 'end', id } : { kind: 'chunk', id, bytes: value });
      if (done) this.#open.delete(id);
    } catch (error) {
      this.#fail(id, open, error);
    }
  }

  #fail(id: number, open: OpenFetch, error: unknown): void {
    this.#emitFor(open, { kind: 'fail', id, message: error instanceof Error ? error.message : String(error) });
    this.#open.delete(id);
  }

  /** Nothing is told about a request that was aborted meanwhile. */
  #emitFor(open: OpenFetch, event: FetchEvent): void {
    if (this.#open.get(event.id) === open) this.#emit(event);
  }

  #emit(event: FetchEvent): void {
    this.#events.push(event);
    this.#onEvent();
  }
}
