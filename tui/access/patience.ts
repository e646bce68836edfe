/** Transfers outlive a line that breaks: they are tried again, ever more slowly, until many attempts in a row got nowhere. */

import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from '../client/backoff.ts';
import { EXIT, ExitError } from '../exit.ts';

/** The waits between them add up to 10 s or so: a server that is restarted is back by then. */
const ATTEMPTS = 10;
/** What a line that was there says when it breaks. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET']);

export class Patience {
  readonly #backoff = new Backoff(Math.random);
  #attempts = 0;
  #hasBroken = false;

  /** Something came through. */
  progressed(): void {
    this.#attempts = 0;
    this.#backoff.succeeded();
  }

  /**
   * Waits before another attempt. Throws `error` if another would not help: no line broke, but there never was one, or it
   * was all in vain too often.
   */
  async again(error: unknown): Promise<void> {
    this.#hasBroken ||= isBroken(error);
    this.#attempts += 1;
    const isOver = error instanceof ExitError && (error.status !== EXIT.unreachable || error.cause === undefined);
    if (!this.#hasBroken || isOver || this.#attempts >= ATTEMPTS) throw error;
    await delay(this.#backoff.next());
  }
}

function isBroken(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && BROKEN.has(String(each.code))) return true;
  }
  return false;
}
