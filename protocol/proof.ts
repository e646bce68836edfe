/**
 * Proof that a client reads. A socket takes whatever it is given and keeps in memory what the other side does not read;
 * a client that grants credit without reading would fill it. So the server puts a mark into the stream now and then, a
 * number that nobody can guess, and a client that has read so far sends it back.
 *
 * Pure: the caller makes the numbers and sends the messages. Bytes are those of all frames, on all channels.
 */

import { LIMITS } from './limits.ts';

/** A mark that was sent and not proven yet. */
interface Mark {
  readonly value: number;
  /** Bytes that were sent up to it. */
  readonly at: number;
}

/** Plain data, for a server that sleeps. */
export interface ProofState {
  readonly sent: number;
  readonly proven: number;
  readonly mark: Mark | null;
}

export class ReadingProof {
  #sent = 0;
  #proven = 0;
  #mark: Mark | null = null;
  #savedAt = 0;

  /** Bytes sent that the client has not proven to have read. */
  get unproven(): number {
    return this.#sent - this.#proven;
  }

  /** Log events wait until the client has read more. */
  get mayStream(): boolean {
    return this.unproven < LIMITS.unread;
  }

  /** The client does not read, and what must be sent has become too much: the connection must end. */
  get isLost(): boolean {
    return this.unproven > LIMITS.unreadControl;
  }

  /** The next mark should be sent. */
  get isMarkDue(): boolean {
    return this.#mark === null && this.unproven >= LIMITS.mark;
  }

  /** Enough was sent since the last `save` that it is worth another. */
  get isSaveDue(): boolean {
    return this.#sent - this.#savedAt >= LIMITS.mark;
  }

  recordSent(bytes: number): void {
    this.#sent += bytes;
  }

  /** The mark `value` is about to be sent, behind all that was. */
  marked(value: number): void {
    this.#mark = { value, at: this.#sent };
  }

  /** The client sent `value` back. One that is not the mark proves nothing. */
  prove(value: number): void {
    if (this.#mark?.value !== value) return;
    this.#proven = this.#mark.at;
    this.#mark = null;
  }

  save(): ProofState {
    this.#savedAt = this.#sent;
    return { sent: this.#sent, proven: this.#proven, mark: this.#mark };
  }

  /** What was sent after the last `save` counts as if it were the most that it can have been. */
  static restore(saved: ProofState): ReadingProof {
    const proof = new ReadingProof();
    proof.#sent = saved.sent + LIMITS.mark;
    proof.#proven = saved.proven;
    proof.#mark = saved.mark;
    proof.#savedAt = proof.#sent;
    return proof;
  }
}
