/** Log events as text, much as the terminals of the session show them. */

import type { EventBody, LogEvent } from '../../protocol/events.ts';
import { displayText } from '../client/display.ts';
import { movedText } from '../client/history-words.ts';
import type { Language } from '../client/session-view.ts';
import type { LogWriter } from './log-follower.ts';
import { inputVerdict, programVerdict } from './outcomes.ts';
import type { Output } from './output.ts';
import { nameFor, TextStream, textFor } from './terminal-text.ts';

export class LogText implements LogWriter {
  readonly #output: Output;
  readonly #stream: TextStream;
  /** Whether the last output ended with a line end: what follows begins on a line of its own. */
  #isAtLineStart = true;

  /** Of the inputs that have not ended. */
  readonly #languages = new Map<number, Language>();

  constructor(output: Output) {
    this.#output = output;
    this.#stream = new TextStream(output);
  }

  event(_seq: number, event: LogEvent): Promise<void> | undefined {
    switch (event.name) {
      case 'input':
        this.#languages.set(event.body.input, event.body.language);
        return this.#line(`> ${event.body.code.trimEnd().replaceAll('\n', '\n… ')}`);
      case 'output': {
        const { bytes } = event.body;
        this.#isAtLineStart = bytes.at(-1) === 0x0a;
        return this.#stream.write(bytes);
      }
      case 'done':
        return this.#done(event.body);
      case 'program': {
        const { program, entry, args } = event.body;
        return this.#line(`$ ${[entry, ...args].map((word) => nameFor(this.#output, word)).join(' ')}  [${program}]`);
      }
      case 'exit': {
        const { status, message } = programVerdict(event.body.outcome);
        const how = message ?? (status === 0 ? 'done' : `exit status ${status}`);
        return this.#line(`[${event.body.program}] ${how}`);
      }
      case 'display':
        return this.#line(displayText(event.body.bundle).trimEnd());
      case 'reply':
        return this.#line(event.body.isEnd ? '^D' : (event.body.text ?? ''));
      case 'ask':
      case 'files':
        return undefined;
      case 'notice':
        return this.#line(`[${event.body.text}]`);
      case 'restored':
        return this.#line(`[${movedText(event.body)}]`);
    }
  }

  gap(from: number, to: number): Promise<void> | undefined {
    return this.#line(`[events ${from} to ${to} are no longer kept]`);
  }

  #done({ input, outcome }: EventBody<'done'>): Promise<void> | undefined {
    const language = this.#languages.get(input) ?? 'ts';
    this.#languages.delete(input);
    if (outcome.status === 'ok') return outcome.isVoid ? undefined : this.#line(outcome.text);
    const { error, message, note } = inputVerdict(outcome, language);
    return this.#line(error ?? `[${message ?? note ?? ''}]`);
  }

  #line(text: string): Promise<void> | undefined {
    const start = this.#isAtLineStart ? '' : '\n';
    this.#isAtLineStart = true;
    void this.#stream.end();
    return this.#output.write(`${start}${textFor(this.#output, text)}\n`);
  }
}
