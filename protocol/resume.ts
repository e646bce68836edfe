/** Resuming a log: the client's cursor and the server's plan for a replay. Pure state machines. */

import { ProtocolError } from './errors.ts';

/** The client's cursor: which event comes next. Makes every event arrive once and in order over any number of connections. */
export class LogCursor {
  #epoch: string | null = null;
  #next: number | null;

  /** `from`: the first event wanted; null for only what is new at the first attachment. */
  constructor(from: number | null) {
    this.#next = from;
  }

  /** What the next HELLO says of the log. */
  hello(): { epoch: string | null; from: number | null } {
    return { epoch: this.#epoch, from: this.#next };
  }

  /**
   * A WELCOME arrived. True if the log is another one than before (by its epoch, or because it ends before what was
   * seen of it): what was seen belongs to the past, and the replay begins at the start.
   */
  welcome(epoch: string, head: number): boolean {
    const isOther = this.#epoch !== null && this.#epoch !== epoch;
    const isAnother = isOther || (this.#next !== null && this.#next > head + 1);
    this.#epoch = epoch;
    if (isAnother) this.#next = 1;
    else this.#next ??= head + 1;
    return isAnother;
  }

  /** `fresh` events are to be shown, others were seen before. Throws when an event was left out. */
  event(seq: number): 'fresh' | 'duplicate' {
    const next = this.#due();
    if (seq > next) throw new ProtocolError('BAD_MESSAGE', `Event ${seq} came where ${next} was due.`);
    if (seq < next) return 'duplicate';
    this.#next = seq + 1;
    return 'fresh';
  }

  /** The part of a gap that was not seen before, or null. */
  gap(from: number, to: number): { from: number; to: number } | null {
    const next = this.#due();
    if (to < next) return null;
    if (from > next) throw new ProtocolError('BAD_MESSAGE', `A gap from ${from} came where ${next} was due.`);
    this.#next = to + 1;
    return { from: next, to };
  }

  #due(): number {
    if (this.#next === null) throw new ProtocolError('BAD_MESSAGE', 'The log began before WELCOME.');
    return this.#next;
  }
}

/** What a server knows of its log. The log holds `tail` to `head`; an empty log has `tail` = `head` + 1. */
export interface LogExtent {
  readonly epoch: string;
  readonly tail: number;
  readonly head: number;
}

/** The first event to send to a client that attaches. A cursor of another epoch or ahead of the log starts over. */
export function replayFrom(log: LogExtent, hello: { epoch: string | null; from: number | null }): number {
  if (hello.from === null) return log.head + 1;
  const isSame = hello.epoch === null || hello.epoch === log.epoch;
  if (!isSame || hello.from > log.head + 1) return 1;
  return Math.max(1, hello.from);
}
