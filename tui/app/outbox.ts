/**
 * Inputs that a person ends while there is no connection. They are shown as waiting, and sent in order when it is there,
 * as if they were typed then: one that is not complete goes on with the next one.
 */

import type { InputBlock, Language, SessionStatus, SessionView } from '../client/session-view.ts';
import type { ViewStore } from './view-state.ts';

/** Whether there is no line, but may be one again. */
export function isAway(connection: SessionStatus['connection']): boolean {
  return connection === 'reconnecting' || connection === 'stopped';
}

export class Outbox {
  readonly #session: SessionView;
  readonly #view: ViewStore;
  #added = 0;

  constructor(session: SessionView, view: ViewStore) {
    this.#session = session;
    this.#view = view;
  }

  /** Something waits, and what it waits for is decided. */
  get isDue(): boolean {
    return this.#waiting.length > 0 && !isAway(this.#connection);
  }

  add(code: string, language: Language): void {
    this.#set([...this.#waiting, blockOf(`waiting ${++this.#added}`, code, language)]);
  }

  /** Forgets all. Returns how many there were. */
  clear(): number {
    const { length } = this.#waiting;
    if (length > 0) this.#set([]);
    return length;
  }

  /**
   * Sends all; stops when `isVoid` says so, or when the connection is lost again. What cannot be sent, or is not complete,
   * goes back into the editor, before what is there. Throws what the person should read.
   */
  async send(isVoid: () => boolean): Promise<void> {
    while (this.isDue) {
      const [first, second] = this.#waiting;
      if (first === undefined) return;
      try {
        if (this.#session.getSnapshot().status.readOnly) throw new Error('This terminal is read-only.');
        const answer = await this.#session.isComplete(first.code, first.language);
        if (isVoid()) return;
        if (answer.status !== 'incomplete') {
          this.#set(this.#waiting.slice(1));
          this.#session.submit(first.code, first.language);
        } else if (second?.language === first.language) {
          const joined = blockOf(first.key, `${first.code}\n${second.code}`, first.language);
          this.#set([joined, ...this.#waiting.slice(2)]);
        } else this.#giveBack(answer.indent);
      } catch (error) {
        if (isVoid() || isAway(this.#connection)) return;
        this.#giveBack('');
        throw error;
      }
    }
  }

  get #waiting(): readonly InputBlock[] {
    return this.#view.state().waiting;
  }

  get #connection() {
    return this.#session.getSnapshot().status.connection;
  }

  #set(inputs: readonly InputBlock[]) {
    this.#view.dispatch({ type: 'waiting', inputs });
  }

  /** `indent`: the white space of the line after them. */
  #giveBack(indent: string) {
    const { editor, waiting } = this.#view.state();
    const text = [...waiting.map(({ code }) => code), indent + editor.text].join('\n');
    this.#set([]);
    const cursor = text.length - editor.text.length + editor.cursor;
    this.#view.dispatch({ type: 'edit', edit: { type: 'set', text, cursor } });
  }
}

function blockOf(key: string, code: string, language: Language): InputBlock {
  return {
    kind: 'input',
    key,
    number: null,
    code,
    language,
    terminal: null,
    status: 'waiting',
    output: [],
    durationMs: null,
  };
}
