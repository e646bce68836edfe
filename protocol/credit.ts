/**
 * Flow control of the log channel. Credit is absolute ("you may send through byte B of this attachment"), so a
 * repeated or late grant does no harm. Pure state machines for both ends.
 *
 * An event may begin while fewer bytes were sent than granted; it is then sent whole. A sender therefore overshoots by
 * less than one event, and an event larger than the window still gets through.
 */

import { LIMITS } from './limits.ts';

/** The server's end. */
export class CreditSender {
  #sent = 0;
  #through: number = LIMITS.initialCredit;

  get canSend(): boolean {
    return this.#sent < this.#through;
  }

  recordSent(bytes: number): void {
    this.#sent += bytes;
  }

  /** A grant below an earlier one changes nothing; one too far ahead counts as far as `LIMITS.credit` allows. */
  grant(through: number): void {
    this.#through = Math.max(this.#through, Math.min(through, this.#sent + LIMITS.credit));
  }

  /**
   * For a server that sleeps: what must survive. Save it after every grant: a client that was never heard would wait
   * for ever. `sent` may be out of date: a little more is then sent than was granted.
   */
  save(): { sent: number; through: number } {
    return { sent: this.#sent, through: this.#through };
  }

  static restore(saved: { sent: number; through: number }): CreditSender {
    const sender = new CreditSender();
    sender.#sent = saved.sent;
    sender.#through = saved.through;
    return sender;
  }
}

/** The client's end: says when to send a grant, at most once per half window. */
export class CreditReceiver {
  readonly #window: number;
  #consumed = 0;
  #granted: number = LIMITS.initialCredit;

  /** `window`: bytes that may be under way; from `LIMITS.initialCredit` to `LIMITS.credit`. */
  constructor(window: number = LIMITS.initialCredit) {
    this.#window = Math.min(Math.max(window, LIMITS.initialCredit), LIMITS.credit);
  }

  /** Call when log bytes were processed. Returns the `through` to grant now, or null. */
  consume(bytes: number): number | null {
    this.#consumed += bytes;
    const target = this.#consumed + this.#window;
    if (target - this.#granted < this.#window / 2) return null;
    this.#granted = target;
    return target;
  }
}
