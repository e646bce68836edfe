/**
 * What this client asked for and has no answer to. Requests to be accepted survive a lost line: they are sent again, and
 * the server, which knows the client and the request number, accepts each at most once. Questions fail with the line.
 */

import type { Answer, ServerBody } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';

/** Requests without an answer that may be on the line at once: well below the rate at which the server closes it. */
const MOST_UNDER_WAY = 32;

interface Pending<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

interface PendingRequest extends Pending<number> {
  /** Told at once, before anything that follows on the line: events of the input may be in the same message. */
  accepted(number: number): void;
  /** Puts the request on the line. Throws `ProtocolError` for one that can never be sent. */
  send(): void;
  isSent: boolean;
}

export class Requests {
  /** In the order of asking. */
  readonly #requests = new Map<number, PendingRequest>();
  readonly #queries = new Map<number, Pending<Answer>>();
  #isOnline = false;
  #underWay = 0;
  #next = 1;

  /**
   * Resolves with the number under which the server accepted it; `accepted` is told before any event of it. `send` is
   * called once the line is up, and again after each loss.
   */
  request(send: (request: number) => void, accepted: (number: number) => void): Promise<number> {
    const request = this.#next++;
    return new Promise((resolve, reject) => {
      this.#requests.set(request, { resolve, reject, accepted, send: () => send(request), isSent: false });
      this.#sendWaiting();
    });
  }

  /** Rejects at once while the line is down. */
  query(send: (query: number) => void): Promise<Answer> {
    const query = this.#next++;
    return new Promise((resolve, reject) => {
      if (!this.#isOnline) throw new Error('There is no connection at the moment. Try again.');
      send(query);
      this.#queries.set(query, { resolve, reject });
    });
  }

  accepted({ request, number }: ServerBody<'accepted'>): void {
    const pending = this.#take(request);
    pending?.accepted(number);
    pending?.resolve(number);
  }

  answered({ query, answer }: ServerBody<'answer'>): void {
    this.#queries.get(query)?.resolve(answer);
    this.#queries.delete(query);
  }

  /** True if the error was about one of these. */
  failed({ code, message, about }: ServerBody<'error'>): boolean {
    if (about === null) return false;
    const [kind, number] = about;
    const pending = kind === 'request' ? this.#take(number) : this.#queries.get(number);
    this.#queries.delete(number);
    pending?.reject(new ProtocolError(code, message));
    return pending !== undefined;
  }

  /** The line is up: what is unanswered is sent again, and what waited is sent. */
  online(): void {
    this.#isOnline = true;
    this.#sendWaiting();
  }

  /** The line is lost: questions are not asked again. */
  offline(): void {
    this.#isOnline = false;
    this.#underWay = 0;
    for (const pending of this.#requests.values()) pending.isSent = false;
    for (const pending of this.#queries.values()) pending.reject(new Error('The connection was lost. Try again.'));
    this.#queries.clear();
  }

  /** The line will not come back. */
  abandon(error: Error): void {
    this.offline();
    for (const pending of this.#requests.values()) pending.reject(error);
    this.#requests.clear();
  }

  #take(request: number): PendingRequest | undefined {
    const pending = this.#requests.get(request);
    if (pending === undefined) return undefined;
    this.#requests.delete(request);
    if (pending.isSent) this.#underWay -= 1;
    this.#sendWaiting();
    return pending;
  }

  #sendWaiting(): void {
    for (const [request, pending] of this.#requests) {
      if (!this.#isOnline || this.#underWay >= MOST_UNDER_WAY) return;
      if (pending.isSent) continue;
      try {
        pending.isSent = true;
        this.#underWay += 1;
        pending.send();
      } catch (error) {
        this.#requests.delete(request);
        this.#underWay -= 1;
        pending.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}
