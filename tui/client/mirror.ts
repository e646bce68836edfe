/** What a terminal knows of its session, kept up to date by the connection: the `SessionView` that the app draws. */

import type { Answer, Question, ServerBody, SessionState } from '../../protocol/control.ts';
import type { LogEvent } from '../../protocol/events.ts';
import { type ConnectionListener, type ConnectionOptions, SessionConnection } from './connection.ts';
import type { HistoryView } from './history.ts';
import { movedText } from './history-words.ts';
import { MirrorBlocks } from './mirror-blocks.ts';
import { MirrorFiles } from './mirror-files.ts';
import { MirrorLog } from './mirror-log.ts';
import { PresenceNews } from './presence-news.ts';
import type { PreviewView } from './previews.ts';
import type { Program } from './program-upload.ts';
import type { Ask } from './replies.ts';
import type {
  Completeness,
  Completion,
  FileContents,
  Language,
  LocalFile,
  SessionSnapshot,
  SessionStatus,
  SessionView,
  Variable,
} from './session-view.ts';
import { TypedInputs } from './typed-input.ts';

/** What the mirror cannot do by itself. */
export interface MirrorServices {
  readonly history: HistoryView;
  readonly previews: PreviewView;
  /** Contents of a session file. */
  readFile(path: string): Promise<Uint8Array>;
  /** A file on this machine, to be run as a program, with what it imports. */
  readLocalProgram(path: string): Promise<Pick<Program, 'entry' | 'sources'>>;
  /** Starts the server, if it is not running. */
  startServer(): Promise<void>;
  /** What is in a directory on this machine. */
  localFiles(directory: string): Promise<readonly LocalFile[]>;
}

type AnswerOf<Kind extends Answer['kind']> = Extract<Answer, { kind: Kind }>;

export class SessionMirror implements SessionView, ConnectionListener {
  readonly history: HistoryView;
  readonly previews: PreviewView;
  readonly #connection: SessionConnection;
  readonly #services: MirrorServices;
  readonly #listeners = new Set<() => void>();
  readonly #blocks = new MirrorBlocks();
  readonly #log = new MirrorLog();
  readonly #files = new MirrorFiles();
  #status: SessionStatus;
  #terminals: SessionState['terminals'] = [];
  #own = 0;
  /** What waits for a line. */
  #ask: Ask | null = null;
  readonly #typed = new TypedInputs((program) => {
    this.#log.prompt(program);
    this.#changed();
  });
  readonly #presence: PresenceNews;
  #snapshot: SessionSnapshot;
  #isNotifying = false;

  constructor(
    options: Omit<ConnectionOptions, 'lossless' | 'from' | 'giveUpAfterMilliseconds'>,
    services: MirrorServices,
  ) {
    this.history = services.history;
    this.previews = services.previews;
    this.#services = services;
    this.#presence = new PresenceNews(options.clock, (name, what) => {
      this.#log.event(name, what);
      this.#changed();
    });
    this.#status = {
      session: '',
      busy: false,
      terminals: [],
      connection: 'reconnecting',
      unanswered: 0,
      readOnly: options.readOnly,
    };
    this.#snapshot = this.#makeSnapshot();
    this.#connection = new SessionConnection(
      { ...options, lossless: false, from: 1, giveUpAfterMilliseconds: null },
      this,
    );
  }

  start(): void {
    this.#connection.start();
  }

  close(): void {
    this.#presence.close();
    this.#connection.close();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  getSnapshot(): SessionSnapshot {
    return this.#snapshot;
  }

  submit(code: string, language: Language): void {
    const block = this.#blocks.submit(code, language);
    this.#changed();
    this.#connection.submit({ code, language, timeout: null, echo: true }, block.accepted).catch((error: unknown) => {
      block.refused(messageOf(error));
      this.#changed();
    });
  }

  interrupt(): void {
    this.#connection.interrupt(null);
  }

  reply(text: string | null): void {
    const ask = this.#asked();
    if (ask === null) return;
    // What is typed from now on is for the next one that asks.
    if ('program' in ask) {
      this.#log.typed(ask.program, text);
      this.#typed.give(ask.program, text);
    } else {
      this.#connection.reply(ask, text);
      this.#ask = null;
    }
    this.#changed();
  }

  async isComplete(code: string, language: Language): Promise<Completeness> {
    const { completeness } = await this.#question('isComplete', { kind: 'isComplete', code, language });
    return completeness;
  }

  async complete(code: string, cursor: number, language: Language): Promise<Completion> {
    return this.#question('complete', { kind: 'complete', code, cursor, language });
  }

  async variables(language: Language): Promise<readonly Variable[]> {
    const { variables } = await this.#question('variables', { kind: 'variables', language });
    return variables;
  }

  async readFile(path: string): Promise<FileContents> {
    const bytes = await this.#services.readFile(path);
    try {
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), size: bytes.length };
    } catch {
      return { text: null, size: bytes.length };
    }
  }

  localFiles(directory: string): Promise<readonly LocalFile[]> {
    return this.#services.localFiles(directory);
  }

  async run(file: string, args: readonly string[]): Promise<number> {
    const isOfSession = this.#files.isFile(file);
    const program = isOfSession ? { entry: file, sources: [] } : await this.#services.readLocalProgram(file);
    const { stdin, accepted } = this.#typed.open();
    return this.#connection.run({ ...program, args, env: [], timeout: null, stdin }, accepted);
  }

  async kill(program: number): Promise<void> {
    this.#connection.interrupt(['program', program]);
  }

  async revive(): Promise<void> {
    await this.#services.startServer();
    this.#connection.hurry();
  }

  welcome({ session, role, terminal }: ServerBody<'welcome'>, isAnotherLog: boolean): void {
    if (isAnotherLog) {
      this.#blocks.clear();
      this.#log.clear();
      this.#ask = null;
    }
    this.#own = terminal;
    this.#status = { ...this.#status, session, connection: 'online', unanswered: 0, readOnly: role === 'reader' };
    this.#refreshFiles();
    this.#changed();
  }

  event(seq: number, event: LogEvent): undefined {
    switch (event.name) {
      case 'input':
        this.#blocks.input(event.body);
        break;
      case 'output':
        if (event.body.cause === 'program') {
          this.#log.output(event.body);
          if (this.#typed.asking === event.body.number) this.#log.prompt(event.body.number);
        } else this.#blocks.output(event.body.number, event.body.stream, event.body.bytes);
        break;
      case 'done':
        this.#blocks.done(event.body);
        if (this.#ask?.input === event.body.input) this.#ask = null;
        break;
      case 'program':
        this.#log.program(event.body);
        break;
      case 'exit':
        this.#log.exit(event.body);
        this.#typed.close(event.body.program);
        break;
      case 'files':
        this.#files.apply(event.body);
        break;
      case 'notice':
        this.#log.event('session', event.body.text);
        break;
      case 'display':
        this.#blocks.display(event.body);
        break;
      case 'ask':
        this.#ask = { seq, ...event.body };
        break;
      case 'reply':
        this.#blocks.reply(event.body);
        if (this.#ask?.seq === event.body.ask) this.#ask = null;
        break;
      case 'restored':
        this.#blocks.mark('moved', movedText(event.body));
        if (event.body.terminal) this.#log.event(event.body.terminal, movedText(event.body));
        break;
    }
    this.#changed();
  }

  gap(from: number, to: number): undefined {
    this.#blocks.mark('gap', `${to - from + 1} events of the log are not kept any more`);
    this.#refreshFiles();
    this.#changed();
  }

  state({ busy, terminals }: SessionState): void {
    for (const [, input] of busy) this.#blocks.running(input);
    this.#terminals = terminals;
    this.#presence.update(terminals.filter(({ id }) => id !== this.#own).map(({ name }) => name));
    this.#status = { ...this.#status, busy: busy.length > 0, terminals: terminals.map(({ name }) => name) };
    this.#changed();
  }

  unanswered(seconds: number): void {
    this.#status = { ...this.#status, unanswered: seconds };
    this.#changed();
  }

  lost(): void {
    this.#typed.closeAll();
    this.#status = { ...this.#status, connection: 'reconnecting', unanswered: 0 };
    this.#changed();
  }

  stopped(error: Error): void {
    this.#status = { ...this.#status, connection: 'stopped' };
    this.#log.event('session', error.message);
    this.#changed();
  }

  ended(error: Error): void {
    this.#status = { ...this.#status, connection: 'offline', unanswered: 0 };
    this.#log.event('session', error.message);
    this.#changed();
  }

  #refreshFiles(): void {
    this.#question('files', { kind: 'files' }).then(
      ({ entries, revision }) => {
        this.#files.replace(entries, revision);
        this.#changed();
      },
      // Lost with the line: the next WELCOME asks again.
      () => undefined,
    );
  }

  async #question<Kind extends Answer['kind']>(kind: Kind, question: Question): Promise<AnswerOf<Kind>> {
    const answer = await this.#connection.ask(question);
    if (answer.kind !== kind) throw new Error(`The server answered ${answer.kind} where ${kind} was asked.`);
    return answer as AnswerOf<Kind>;
  }

  /** Tells listeners once for all that happens in one turn. */
  #changed(): void {
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    queueMicrotask(() => {
      this.#isNotifying = false;
      this.#snapshot = this.#makeSnapshot();
      for (const listener of this.#listeners) listener();
    });
  }

  /** A line is asked of the terminal that submitted the input; of any, once that one is gone. */
  #askHere(): Ask | null {
    if (this.#ask === null) return null;
    const asked = this.#blocks.terminalOf(this.#ask.input);
    const attached = this.#terminals.find(({ name }) => name === asked);
    return asked === null || attached === undefined || attached.id === this.#own ? this.#ask : null;
  }

  #asked() {
    const ask = this.#askHere();
    const program = this.#typed.asking;
    return ask === null && program !== null ? ({ program, isSecret: false } as const) : ask;
  }

  #makeSnapshot(): SessionSnapshot {
    return {
      status: this.#status,
      ask: this.#asked(),
      blocks: this.#blocks.view(),
      files: this.#files.view(),
      log: this.#log.view(),
      programs: this.#log.programs(),
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
