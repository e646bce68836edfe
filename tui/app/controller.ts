/**
 * Turns what the person does into changes of the view state and actions on the session.
 *
 * Input is taken strictly in order: while the history is read, and while the question whether an input is complete is
 * out, later keys wait, so that a fast typist's next line never lands in the wrong place. Only Ctrl-C goes ahead.
 */

import type { Language, SessionView } from '../client/session-view.ts';
import { complete } from './completion.ts';
import { CHANGES_SESSION, runDotCommand } from './dot-actions.ts';
import { parseDotCommand } from './dot-commands.ts';
import { canMoveLine, type EditAction } from './editor/buffer.ts';
import type { HistoryStorage } from './editor/history.ts';
import { messageOf } from './errors.ts';
import { FileCommands } from './file-commands.ts';
import type { InputEvent } from './input/events.ts';
import { type Binding, bindingOf, type Command } from './key-bindings.ts';
import type { PaneName } from './layout.ts';
import { isAway, Outbox } from './outbox.ts';
import type { Panes } from './panes/panes.ts';
import { lastKey } from './panes/transcript.ts';
import { VariablesWatch } from './variables-watch.ts';
import { INITIAL_VIEW, modeOf, reduceView, type ViewAction, type ViewState, type ViewStore } from './view-state.ts';

export interface ControllerHost {
  /** Of the inputs, until the person says otherwise. */
  readonly language: Language;
  /** Something to draw. */
  changed(): void;
  redraw(): void;
  suspend(): void;
  leave(): void;
}

const PANES: readonly PaneName[] = ['repl', 'files', 'log'];
const ELSEWHERE_HINT = 'Esc goes back to the prompt; so does typing.';
const READ_ONLY = 'This terminal is read-only: it watches, and changes nothing.';
const LEAVE_HINT = 'Ctrl-C again leaves; the session lives on';

export class Controller {
  readonly #session: SessionView;
  readonly #panes: Panes;
  readonly #storage: HistoryStorage;
  readonly #host: ControllerHost;
  readonly #view: ViewStore;
  readonly #files: FileCommands;
  #state: ViewState;
  readonly #outbox: Outbox;
  readonly #variables: VariablesWatch;
  /** Keys that wait for what `#holdKeys` does. */
  #waiting: InputEvent[] | null = null;
  /** Which of these works holds the keys; Ctrl-C makes earlier ones void. */
  #holds = 0;
  #notices = 0;

  constructor(session: SessionView, panes: Panes, storage: HistoryStorage, host: ControllerHost) {
    this.#session = session;
    this.#panes = panes;
    this.#storage = storage;
    this.#host = host;
    this.#state = { ...INITIAL_VIEW, language: host.language };
    this.#view = { state: () => this.#state, dispatch: (action) => this.#dispatch(action) };
    this.#files = new FileCommands(session, panes, this.#view);
    this.#outbox = new Outbox(session, this.#view);
    this.#variables = new VariablesWatch(session, this.#view);
  }

  get state(): ViewState {
    return this.#state;
  }

  /** Reads the history; keys wait for it. */
  async loadHistory(): Promise<void> {
    await this.#holdKeys(async () => {
      try {
        this.#dispatch({ type: 'load-history', entries: await this.#storage.load() });
      } catch (error) {
        this.#say(`The history cannot be read: ${messageOf(error)}`);
      }
    });
  }

  /** The session is another than before: what waits for a connection may go, and variables may have changed. */
  sessionChanged(): void {
    this.#variables.look();
    if (this.#waiting === null && this.#outbox.isDue) void this.#sendWaiting();
  }

  receive(event: InputEvent): void {
    if (this.#waiting === null) this.#handle(event);
    else if (event.type === 'key' && event.key === 'ctrl+c') {
      this.#holds++;
      this.#waiting = null;
      this.#handle(event);
    } else this.#waiting.push(event);
  }

  /** Keys wait while `work` goes on, unless Ctrl-C goes ahead: from then on `isVoid` says true. Never rejects. */
  async #holdKeys(work: (isVoid: () => boolean) => Promise<void>) {
    this.#waiting = [];
    const hold = ++this.#holds;
    const isVoid = () => hold !== this.#holds;
    try {
      await work(isVoid);
    } catch (error) {
      if (!isVoid()) this.#say(messageOf(error));
    }
    if (isVoid()) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.sessionChanged();
    for (const event of waiting) this.receive(event);
  }

  #dispatch(action: ViewAction) {
    const next = reduceView(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    this.#host.changed();
  }

  #edit(edit: EditAction) {
    this.#dispatch({ type: 'edit', edit });
  }

  #say(message: string) {
    this.#dispatch({ type: 'message', message });
  }

  #handle(event: InputEvent) {
    const mode = modeOf(this.#state);
    const { leaving } = this.#state;
    if (this.#state.message !== null) this.#dispatch({ type: 'message', message: null });
    if (event.type === 'key') {
      if (event.ownIndent && mode === 'editor') return this.#submit(true);
      const binding = bindingOf(mode, event.key);
      if (binding !== undefined) this.#run(binding, leaving);
      else if (bindingOf('editor', event.key) !== undefined) this.#say(ELSEWHERE_HINT);
    } else if (mode === 'editor') {
      this.#follow();
      this.#edit({ type: 'insert', text: event.text, typed: event.type === 'text' });
    } else if (mode === 'search') {
      const query = `${this.#state.search?.query ?? ''}${event.text.replace(/\n/g, ' ')}`;
      this.#dispatch({ type: 'search-query', query });
    } else {
      const key = event.text === ' ' ? 'space' : event.text;
      const binding = event.type === 'text' ? bindingOf(mode, key) : undefined;
      if (binding !== undefined) return this.#run(binding, leaving);
      // Text that the pane has no use for is meant for the prompt.
      this.#files.run('close-viewer');
      this.#handle(event);
    }
  }

  #run(binding: Binding, leaving: boolean) {
    if (typeof binding !== 'string') {
      this.#follow();
      this.#edit(binding);
    } else if (!this.#files.run(binding)) this.#command(binding, leaving);
  }

  #command(command: Command, leaving: boolean) {
    switch (command) {
      case 'submit':
        return this.#submit();
      case 'newline':
        return this.#edit({ type: 'insert', text: '\n', typed: false });
      case 'up':
      case 'down':
        return this.#upOrDown(command);
      case 'history-older':
        return this.#dispatch({ type: 'browse', step: -1 });
      case 'history-newer':
        return this.#dispatch({ type: 'browse', step: 1 });
      case 'search':
        return this.#dispatch({ type: this.#state.search === null ? 'search-start' : 'search-older' });
      case 'search-accept':
      case 'search-cancel':
        return this.#dispatch({ type: 'search-end', keep: command === 'search-accept' });
      case 'search-delete': {
        const points = [...(this.#state.search?.query ?? '')];
        return this.#dispatch({ type: 'search-query', query: points.slice(0, -1).join('') });
      }
      case 'complete':
      case 'complete-back':
        return void complete(this.#session, this.#view, command === 'complete' ? 1 : -1);
      case 'delete-or-leave':
        return this.#deleteOrLeave();
      case 'interrupt':
        return this.#interrupt(leaving);
      case 'suspend':
        return this.#host.suspend();
      case 'redraw':
        return this.#host.redraw();
      case 'focus-next':
      case 'focus-previous':
        return this.#focusStep(command === 'focus-next' ? 1 : 2);
      case 'focus-repl':
        this.#dispatch({ type: 'close-candidates' });
        return this.#dispatch({ type: 'focus', pane: 'repl' });
      default:
        return this.#scroll(command);
    }
  }

  #focusStep(step: number) {
    const index = (PANES.indexOf(this.#state.focus) + step) % PANES.length;
    this.#dispatch({ type: 'focus', pane: PANES[index] ?? 'repl' });
  }

  #upOrDown(command: 'up' | 'down') {
    const to = command === 'up' ? 'line-up' : 'line-down';
    if (canMoveLine(this.#state.editor, to)) this.#edit({ type: 'move', to });
    else this.#dispatch({ type: 'browse', step: command === 'up' ? -1 : 1 });
  }

  /** Typing brings the end of the transcript back into sight. */
  #follow() {
    if (this.#state.scroll.repl !== null) this.#dispatch({ type: 'scroll', pane: 'repl', top: null });
  }

  #scroll(command: Command) {
    const moves: Partial<Record<Command, { lines: number } | { pages: number }>> = {
      'page-up': { pages: -1 },
      'page-down': { pages: 1 },
      'line-up': { lines: -1 },
      'line-down': { lines: 1 },
      top: { lines: Number.NEGATIVE_INFINITY },
      bottom: { lines: Number.POSITIVE_INFINITY },
    };
    const by = moves[command];
    const { focus, viewer } = this.#state;
    if (by === undefined || focus === 'files') return;
    const pane = focus === 'log' ? 'log' : viewer === null ? 'repl' : 'viewer';
    this.#dispatch({ type: 'scroll', pane, top: this.#panes.scroll(this.#state, pane, by) });
  }

  #interrupt(leaving: boolean) {
    const { ask, status } = this.#session.getSnapshot();
    const { busy, connection, readOnly } = status;
    if (busy && connection === 'online' && !readOnly) return this.#session.interrupt();
    if (ask !== null && 'program' in ask) return void this.#session.kill(ask.program);
    if (this.#state.editor.text !== '') {
      this.#remember(this.#state.editor.text);
      return this.#dispatch({ type: 'take' });
    }
    const dropped = this.#outbox.clear();
    if (dropped > 0)
      return this.#say(`${dropped === 1 ? 'An input' : `${dropped} inputs`} not sent; the history has it all.`);
    if (leaving) return this.#host.leave();
    this.#dispatch({ type: 'message', message: LEAVE_HINT, leaving: true });
  }

  /** Ctrl-D, as on a terminal: there is no more for whoever reads; else the person leaves. */
  #deleteOrLeave() {
    if (this.#state.editor.text !== '') this.#edit({ type: 'delete', to: 'right' });
    else if (this.#session.getSnapshot().ask !== null) this.#session.reply(null);
    else this.#host.leave();
  }

  /** `ownIndent`: the next line, if there has to be one, brings its indent. */
  #submit(ownIndent = false) {
    const { text } = this.#state.editor;
    const { ask, status } = this.#session.getSnapshot();
    if (ask !== null && !status.readOnly) {
      this.#session.reply(text);
      return this.#dispatch({ type: 'forget' });
    }
    if (text.trim() === '') return;
    const dot = parseDotCommand(text);
    if (dot !== null) {
      const command = text.trim();
      this.#remember(text);
      this.#dispatch({ type: 'take' });
      if (dot.name === null) this.#notice(command, dot.message, true);
      else void this.#runDot(command, dot.name, dot.args);
      return;
    }
    const { connection, readOnly } = status;
    if (readOnly) {
      this.#dispatch({ type: 'take' });
      return this.#notice(text, READ_ONLY, true);
    }
    if (connection === 'offline') return this.#say('The session is out of reach for good; the input stays here.');
    if (connection !== 'online') this.#wait(text);
    else void this.#submitWhenComplete(text, ownIndent);
  }

  /** The input goes when there is a connection. */
  #wait(text: string) {
    this.#remember(text);
    this.#outbox.add(text, this.#state.language);
    this.#dispatch({ type: 'take' });
    if (this.#session.getSnapshot().status.connection === 'stopped') {
      this.#session.revive().catch((error: unknown) => this.#say(messageOf(error)));
    }
  }

  #submitWhenComplete(text: string, ownIndent: boolean) {
    const { language } = this.#state;
    return this.#holdKeys(async (isVoid) => {
      const answer = await this.#session.isComplete(text, language).catch((error: unknown) => {
        if (!isAway(this.#session.getSnapshot().status.connection)) throw error;
        return null;
      });
      if (isVoid()) return;
      if (answer === null) this.#wait(text);
      else if (answer.status === 'incomplete')
        this.#edit({ type: 'insert', text: `\n${ownIndent ? '' : answer.indent}`, typed: false });
      else {
        this.#remember(text);
        this.#dispatch({ type: 'take' });
        this.#session.submit(text, language);
      }
    });
  }

  #sendWaiting() {
    return this.#holdKeys((isVoid) => this.#outbox.send(isVoid));
  }

  /** Keeps an input for later runs and other terminals. */
  #remember(text: string) {
    if (text.trim() === '' || text === this.#state.history.entries.at(-1)) return;
    this.#storage.append(text).catch((error: unknown) => this.#say(`The history cannot be kept: ${messageOf(error)}`));
  }

  async #runDot(command: string, name: Parameters<typeof runDotCommand>[0], args: readonly string[]) {
    try {
      if (CHANGES_SESSION.has(name) && this.#session.getSnapshot().status.readOnly) throw new Error(READ_ONLY);
      const answer = await runDotCommand(name, args, {
        session: this.#session,
        language: this.#state.language,
        columns: this.#panes.columns,
        setLanguage: (language) => {
          this.#dispatch({ type: 'language', language });
          this.#variables.look();
        },
        watch: () => this.#variables.toggle(),
        focusFiles: () => this.#dispatch({ type: 'focus', pane: 'files' }),
        clear: () => this.#dispatch({ type: 'clear', through: this.#lastKey() }),
        leave: () => this.#host.leave(),
      });
      if (answer !== null) this.#notice(command, answer, false);
    } catch (error) {
      this.#notice(command, messageOf(error), true);
    }
  }

  #notice(command: string, text: string, failed: boolean) {
    const { blocks } = this.#session.getSnapshot();
    const key = `notice ${++this.#notices}`;
    const after = blocks.at(-1)?.key ?? null;
    this.#dispatch({ type: 'notice', notice: { kind: 'notice', key, command, text, failed, after } });
  }

  #lastKey(): string | null {
    const { notices, clearedThrough } = this.#state;
    return lastKey(this.#session.getSnapshot().blocks, notices, clearedThrough);
  }
}
