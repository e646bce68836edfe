/** Lines that inputs ask for: asked of all terminals through the log, answered by whichever replies first. */

import type { ClientBody } from '../../protocol/control.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Presence } from './presence.ts';

interface Ask {
  readonly input: number;
  readonly isSecret: boolean;
  answer(line: string | null): void;
}

export interface AsksContext {
  readonly log: Log;
  readonly presence: Presence;
  readonly clock: Clock;
}

export class Asks {
  readonly #context: AsksContext;
  /** By the number of the event that asked. */
  readonly #open = new Map<number, Ask>();

  constructor(context: AsksContext) {
    this.#context = context;
  }

  /** A line without its end; null when the terminal says that there is no more, and when the input is given up. */
  ask(input: number, isSecret: boolean): Promise<string | null> {
    const { log, presence } = this.#context;
    const entry = log.append({ name: 'ask', body: { at: this.#now(), input, isSecret } });
    return new Promise((resolve) => {
      this.#open.set(entry.seq, { input, isSecret, answer: resolve });
      presence.offer(entry);
    });
  }

  /** A terminal's answer. One to a question that is not open (any more) does nothing. */
  reply(terminal: string, { ask: seq, text }: ClientBody<'reply'>): void {
    const ask = this.#open.get(seq);
    if (ask === undefined) return;
    this.#open.delete(seq);
    const shown = ask.isSecret ? null : text;
    const body = { at: this.#now(), input: ask.input, ask: seq, terminal, text: shown, isEnd: text === null };
    this.#context.presence.publish({ name: 'reply', body });
    ask.answer(text);
  }

  /** The input is being stopped, or has ended: whoever waits is told that there is no more. */
  abandon(input: number): void {
    for (const [seq, ask] of this.#open) {
      if (ask.input !== input) continue;
      this.#open.delete(seq);
      ask.answer(null);
    }
  }

  #now(): number {
    return Math.floor(this.#context.clock.now());
  }
}
