/**
 * Hands log items on in order, one at a time, waiting where the receiver asks for it, and grants the server credit for
 * what was handed on. A receiver that is slow thereby slows its own log and nothing else.
 */

import { CreditReceiver } from '../../protocol/credit.ts';

interface Item {
  /** On the wire, headers included. */
  readonly bytes: number;
  /** Lines are counted, so that credit is only granted for bytes of the present one. */
  readonly line: number;
  readonly deliver: () => Promise<void> | undefined;
}

export class LogDelivery {
  readonly #grant: (through: number) => void;
  readonly #fail: (error: Error) => void;
  readonly #waiting: Item[] = [];
  #credit = new CreditReceiver();
  #line = 0;
  #isBusy = false;

  /** `fail` is called when a receiver throws: nothing is delivered afterwards. */
  constructor(grant: (through: number) => void, fail: (error: Error) => void) {
    this.#grant = grant;
    this.#fail = fail;
  }

  /** A new line: both sides count from nothing again. */
  restart(): void {
    this.#line += 1;
    this.#credit = new CreditReceiver();
  }

  push(bytes: number, deliver: Item['deliver']): void {
    this.#waiting.push({ bytes, deliver, line: this.#line });
    if (!this.#isBusy) this.#drain();
  }

  #drain(): void {
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      const { bytes, line } = item;
      const wait = item.deliver();
      if (wait !== undefined) {
        this.#isBusy = true;
        wait.then(
          () => {
            this.#isBusy = false;
            this.#consumed(bytes, line);
            this.#drain();
          },
          (error: unknown) => this.#fail(error instanceof Error ? error : new Error(String(error))),
        );
        return;
      }
      this.#consumed(bytes, line);
    }
  }

  #consumed(bytes: number, line: number): void {
    if (line !== this.#line) return;
    const through = this.#credit.consume(bytes);
    if (through !== null) this.#grant(through);
  }
}
