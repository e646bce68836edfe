/** `fetch`, over the host's network. Bodies are pulled chunk by chunk; a restored heap gives up what was under way. */

import { bytesOf } from '../core/bytes.ts';
import { host } from '../core/host.ts';
import { defineGlobals, state } from '../core/state.ts';
import type { FetchHead } from '../host-calls.ts';
import { arrive, Request, type RequestOptions, Response } from './messages.ts';
import { ReadableStream } from './streams.ts';

interface Controller {
  enqueue(chunk: Uint8Array): void;
  close(): void;
  error(reason: unknown): void;
}

/** A fetch under way: until its head has come, then until its body has. */
interface Exchange {
  readonly input: number;
  readonly method: string;
  /** What the user calls it: `The fetch`. */
  readonly what: string;
  /** The error of a failure that the host tells. */
  readonly failure: (message: string) => unknown;
  readonly settle: { resolve(response: Response): void; reject(reason: unknown): void };
  readonly stopListening: () => void;
  /** The stream of the body, and the pull that waits for its answer. */
  body?: { controller: Controller; pulled?: () => void };
}

const exchanges = new Map<number, Exchange>();
let lastId = 0;

function failure(message: string): TypeError {
  return new TypeError('fetch failed', { cause: new Error(message) });
}

/** Ends an exchange with an error, for whoever waits: the promise of `fetch` or the reader of the body. */
function fail(id: number, exchange: Exchange, reason: unknown): void {
  exchanges.delete(id);
  exchange.stopListening();
  exchange.settle.reject(reason);
  exchange.body?.controller.error(reason);
  exchange.body?.pulled?.();
}

function bodyOf(id: number, exchange: Exchange): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        exchange.body = { controller };
      },
      pull: () =>
        new Promise((pulled) => {
          if (exchange.body !== undefined) exchange.body.pulled = pulled as () => void;
          host.fetchPull(id);
        }),
      cancel() {
        exchanges.delete(id);
        exchange.stopListening();
        host.fetchAbort(id);
      },
    },
    { highWaterMark: 0 },
  );
}

async function fetch(input: unknown, options?: RequestOptions): Promise<Response> {
  const request = new Request(input, options);
  const { signal } = request;
  signal.throwIfAborted();
  const content = request.body === null ? null : bytesOf(await request.bytes());
  signal.throwIfAborted();
  const headers = JSON.stringify([...request.headers]);
  const { method } = request;
  return exchange({ what: 'The fetch', method, signal, failure }, (id) =>
    host.fetchStart(id, method, request.url, headers, content, request.redirect),
  );
}

/** Something that the host answers as it answers a fetch. `start` asks it, under the id that it is given. */
export function exchange(
  { what, method, signal, failure }: Pick<Exchange, 'what' | 'method' | 'failure'> & { signal?: Request['signal'] },
  start: (id: number) => void,
): Promise<Response> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      host.fetchAbort(id);
      const exchange = exchanges.get(id);
      if (exchange !== undefined) fail(id, exchange, signal?.reason);
    };
    signal?.addEventListener('abort', onAbort);
    const stopListening = () => signal?.removeEventListener('abort', onAbort);
    exchanges.set(id, { input: state.input, what, method, failure, settle: { resolve, reject }, stopListening });
    try {
      start(id);
    } catch (error) {
      exchanges.delete(id);
      stopListening();
      reject(error);
    }
  });
}

/** Does the work of a delivery as work of the fetch's input, which it returns; -1 for an id that is not under way. */
function deliver(id: number, action: (exchange: Exchange) => void): number {
  const exchange = exchanges.get(id);
  if (exchange === undefined) return -1;
  state.input = exchange.input;
  action(exchange);
  return exchange.input;
}

export function fetchHead(id: number, headJson: string): number {
  return deliver(id, (exchange) => {
    const { url, status, statusText, redirected, headers }: FetchHead = JSON.parse(headJson);
    const isEmpty = exchange.method === 'HEAD' || [204, 205, 304].includes(status);
    const body = isEmpty ? null : bodyOf(id, exchange);
    if (isEmpty) {
      exchanges.delete(id);
      exchange.stopListening();
      host.fetchAbort(id);
    }
    const list = headers.map(([name, value]): [string, string] => [name, value]);
    exchange.settle.resolve(arrive(new Response(body, { status, statusText, headers: list }), { url, redirected }));
  });
}

export function fetchChunk(id: number, bytes: ArrayBuffer): number {
  return deliver(id, ({ body }) => {
    body?.controller.enqueue(new Uint8Array(bytes));
    body?.pulled?.();
  });
}

export function fetchEnd(id: number): number {
  return deliver(id, (exchange) => {
    exchanges.delete(id);
    exchange.stopListening();
    exchange.body?.controller.close();
    exchange.body?.pulled?.();
  });
}

export function fetchFail(id: number, message: string): number {
  return deliver(id, (exchange) => fail(id, exchange, exchange.failure(message)));
}

export function fetchForget(id: number): number {
  return deliver(id, ({ stopListening }) => {
    exchanges.delete(id);
    stopListening();
  });
}

/** After a restore: nobody answers the fetches of the process before. */
export function interruptFetches(): void {
  for (const [id, exchange] of exchanges) {
    fail(
      id,
      exchange,
      new Error(`${exchange.what} was interrupted because the session moved to another process. Run it again.`),
    );
  }
}

defineGlobals({ fetch });
