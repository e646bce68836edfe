/**
 * The fixed address of the runner. The main workerd sends its requests here, wherever the runner listens and whether
 * or not it runs yet: they wait for it. A request that the runner loses is lost to the main workerd too.
 */

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** A request to this path asks for a program's end; see RUNNER in server/env.ts. */
const KILL_PATH = '/v1/runner/kill';
/** A request to this path asks why the runner was lost; the gate answers it, since the runner cannot. */
const LOSS_PATH = '/v1/runner/loss';
/** See server/previews/routes.ts. */
const PREVIEW_LOG_PATH = /^\/v1\/runner\/previews\/\w+\/log$/;

export interface RunnerGateOptions {
  /** Where the runner listens, once it does and is sure to stay. */
  readonly target: () => Promise<URL>;
  /** Why the runner was last ended, for those who lost it; null if nobody ended it. */
  readonly loss: () => string | null;
  /** A request has come. */
  readonly active: () => void;
  /** Something has come from the runner. */
  readonly heard: () => void;
  /** Somebody wants a program to end, or has gone while one was running. */
  readonly endWanted: () => void;
}

export class RunnerGate {
  readonly #options: RunnerGateOptions;
  readonly #server: Server;
  #requests = 0;

  constructor(options: RunnerGateOptions) {
    this.#options = options;
    this.#server = createServer((incoming, outgoing) => void this.#forward(incoming, outgoing));
    // Programs run as long as they like, and the main workerd keeps connections: closing one would race its next use.
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 0;
    this.#server.keepAliveTimeout = 0;
  }

  /** How many requests are being answered, but for those that only listen to what previews print. */
  get requests(): number {
    return this.#requests;
  }

  /** Starts to listen on 127.0.0.1. Resolves with `host:port`. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  async #forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { active, endWanted, loss, target } = this.#options;
    if (incoming.url?.startsWith(LOSS_PATH)) {
      const reason = loss();
      outgoing.writeHead(reason === null ? 404 : 200, { 'content-type': 'text/plain; charset=utf-8' }).end(reason);
      return;
    }
    const isWork = !PREVIEW_LOG_PATH.test(incoming.url ?? '');
    if (isWork) this.#requests++;
    outgoing.once('close', () => {
      if (!isWork) return;
      this.#requests--;
      if (!outgoing.writableFinished) endWanted();
    });
    active();
    if (incoming.url?.startsWith(KILL_PATH)) endWanted();
    try {
      const { hostname, port } = await target();
      if (outgoing.destroyed) return;
      this.#exchange(incoming, outgoing, hostname, port);
    } catch {
      outgoing.destroy();
    }
  }

  #exchange(incoming: IncomingMessage, outgoing: ServerResponse, hostname: string, port: string): void {
    const { method, url, headers } = incoming;
    const upstream = request({
      hostname,
      port,
      method,
      path: url,
      headers: { ...headers, connection: 'close' },
      agent: false,
    });
    upstream.flushHeaders();
    outgoing.once('close', () => upstream.destroy());
    upstream.once('error', () => outgoing.destroy());
    upstream.once('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, connection: 'keep-alive' });
      outgoing.flushHeaders();
      response.on('data', this.#options.heard);
      // A response cut short is cut short for the main workerd as well, never ended as if it were whole.
      pipeline(response, outgoing, () => {});
    });
    // The runner may answer without reading the body to its end.
    pipeline(incoming, upstream, () => {});
  }
}
