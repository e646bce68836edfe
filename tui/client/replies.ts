/**
 * Lines given to inputs that asked for one. A reply whose event was not seen is sent again after a loss: the server takes
 * the first one for each ask.
 */

import { encodeClient } from '../../protocol/control.ts';
import type { LogEvent } from '../../protocol/events.ts';

/** What waits for a line. */
export interface Ask {
  /** Number of the event that asked. */
  readonly seq: number;
  readonly input: number;
  readonly isSecret: boolean;
}

export class Replies {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #unseen = new Map<number, { readonly input: number; readonly text: string | null }>();

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  /** Null: there is no more. Throws `ProtocolError` BAD_REQUEST for a line that is too long. */
  give({ seq, input }: Ask, text: string | null): void {
    this.#send(encodeClient('reply', { ask: seq, text }));
    this.#unseen.set(seq, { input, text });
  }

  /** What the log tells about them. */
  event(event: LogEvent): void {
    if (event.name === 'reply') this.#unseen.delete(event.body.ask);
    if (event.name !== 'done') return;
    for (const [seq, { input }] of this.#unseen) if (input === event.body.input) this.#unseen.delete(seq);
  }

  /** The line is up again. */
  online(): void {
    for (const [ask, { text }] of this.#unseen) this.#send(encodeClient('reply', { ask, text }));
  }
}
