/**
 * The guest's exchanges with the outside: network requests, the contents of large files, programs. What happens to them is
 * queued until the kernel hands it in, between evaluations or while one waits.
 */

import { GivenUpError } from '../kernel.ts';
import type { FetchHead } from './guest/host-calls.ts';

export type FetchEvent =
  /** `before`: what comes first, within the turn that hands it in; it throws where the exchange fails after all. */
  | { readonly kind: 'head'; readonly id: number; readonly head: FetchHead; readonly before?: () => void }
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'fail'; readonly id: number; readonly message: string }
  | { readonly kind: 'forget'; readonly id: number };

export interface FetchRequest {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
  readonly redirect: 'follow' | 'error' | 'manual';
}

export interface Answer {
  readonly response: Response;
  readonly url: string;
  /** See `FetchEvent`. */
  readonly before?: () => void;
}

/** Exchanges under way at once in one kernel. */
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
    this.open(request.id, (signal) => this.#request(request, signal));
  }

  /** An exchange that something else answers than the network. */
  open(id: number, ask: (signal: AbortSignal) => Promise<Answer>): void {
    if (this.#open.has(id)) return;
    if (this.#open.size >= MAX_FETCHES) {
      this.#emit({ kind: 'fail', id, message: `more than ${MAX_FETCHES} requests at once` });
      return;
    }
    const open: OpenFetch = { controller: new AbortController() };
    this.#open.set(id, open);
    void this.#run(id, open, ask);
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

  async #run(id: number, open: OpenFetch, ask: (signal: AbortSignal) => Promise<Answer>): Promise<void> {
    try {
      const { response, url, before } = await ask(open.controller.signal);
      if (response.body) open.reader = response.body.getReader();
      const { status, statusText, redirected } = response;
      const head = { url: response.url || url, status, statusText, redirected, headers: [...response.headers] };
      this.#emitFor(open, { kind: 'head', id, head, ...(before === undefined ? {} : { before }) });
    } catch (error) {
      this.#fail(id, open, error);
    }
  }

  async #request({ method, url, headers, body, redirect }: FetchRequest, signal: AbortSignal): Promise<Answer> {
    const response = await this.#fetch(
      new Request(url, {
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        body,
        redirect: redirect === 'error' ? 'manual' : redirect,
        signal,
      }),
    );
    if (redirect === 'error' && response.status >= 300 && response.status < 400) throw new Error('unexpected redirect');
    return { response, url };
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
    if (error instanceof GivenUpError) this.#emitFor(open, { kind: 'forget', id });
    else this.#emitFor(open, { kind: 'fail', id, message: error instanceof Error ? error.message : String(error) });
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
