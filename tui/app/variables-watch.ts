/** Keeps the pane of variables up to date: they are asked for when an input or a move of the session has ended. */

import type { Language, SessionView } from '../client/session-view.ts';
import { messageOf } from './errors.ts';
import type { ViewStore } from './view-state.ts';

export class VariablesWatch {
  readonly #session: SessionView;
  readonly #view: ViewStore;
  /** What was there when they were last asked for; null while nothing is watched. */
  #seen: string | null = null;
  #isAsking = false;

  constructor(session: SessionView, view: ViewStore) {
    this.#session = session;
    this.#view = view;
  }

  /** Shows the pane, or hides it. Returns whether it is shown now. */
  toggle(): boolean {
    const isShown = this.#view.state().watched !== null;
    this.#seen = null;
    this.#view.dispatch({ type: 'watch', variables: isShown ? null : [] });
    if (!isShown) this.look();
    return !isShown;
  }

  /** Something changed: asks anew if that may concern the variables that are shown. */
  look(): void {
    const { watched, language } = this.#view.state();
    if (watched === null || this.#isAsking) return;
    const { status, blocks } = this.#session.getSnapshot();
    if (status.busy || status.connection !== 'online') return;
    const last = blocks.at(-1);
    const now = `${language} ${last?.key} ${last?.kind === 'input' ? last.status : ''}`;
    if (now === this.#seen) return;
    this.#seen = now;
    void this.#ask(language);
  }

  async #ask(language: Language) {
    this.#isAsking = true;
    try {
      const variables = await this.#session.variables(language);
      if (this.#view.state().watched !== null) this.#view.dispatch({ type: 'watch', variables });
    } catch (error) {
      this.#view.dispatch({ type: 'message', message: `The variables cannot be read: ${messageOf(error)}` });
    }
    this.#isAsking = false;
    this.look();
  }
}
