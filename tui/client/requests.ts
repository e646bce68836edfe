/**
 * What this client asked for and has no answer to. Requests to be accepted survive a lost line: they are sent again, and
 * the server, which knows the client and the request number, accepts each at most once. Questions fail with the line.
 */

import type { Answer, ServerBody } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';

interface Pending<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

interface PendingRequest extends Pending<number> {
  /** Puts the request on the line. */
  send(): void;
}

export class Requests {
  readonly #requests = new Map<number, PendingRequest>();
  readonly #queries = new Map<number, Pending<Answer>>();
  #next = 1;

  /** Resolves with the number under which the server accepted it. `send` is called now (if `online`) and after each reconnection. */
  request(online: boolean, send: (request: number) => void): Promise<number> {
    const request = this.#next++;
    return new Promise((resolve, reject) => {
      const pending = { resolve, reject, send: () => send(request) };
      this.#requests.set(request, pending);
      if (online) pending.send();
    });
  }

  query(send: (query: number) => void): Promise<Answer> {
    const query = this.#next++;
    return new Promise((resolve, reject) => {
      this.#queries.set(query, { resolve, reject });
      send(query);
    });
  }

  accepted({ request, number }: ServerBody<'accepted'>): void {
    this.#requests.get(request)?.resolve(number);
    this.#requests.delete(request);
  }

  answered({ query, answer }: ServerBody<'answer'>): void {
    this.#queries.get(query)?.resolve(answer);
    this.#queries.delete(query);
  }

  /** True if the error was about one of these. */
  failed({ code, message, about }: ServerBody<'error'>): boolean {
    if (about === null) return false;
    const [kind, number] = about;
    const waiting = kind === 'request' ? this.#requests : this.#queries;
    const pending = waiting.get(number);
    pending?.reject(new ProtocolError(code, message));
    waiting.delete(number);
    return pending !== undefined;
  }

  /** The line is back. */
  resend(): void {
    for (const pending of this.#requests.values()) pending.send();
  }

  /** The line is lost: questions are not asked again. */
  lost(): void {
    for (const pending of this.#queries.values()) pending.reject(new Error('The connection was lost. Try again.'));
    this.#queries.clear();
  }

  /** The line will not come back. */
  abandon(error: Error): void {
    this.lost();
    for (const pending of this.#requests.values()) pending.reject(error);
    this.#requests.clear();
  }
}
