/** A session in memory that a test drives: it says what happens, the app sees it as from a server. */

import type { Difference, History, HistoryView } from '../../client/history.ts';
import type { PreviewEntry, PreviewView } from '../../client/previews.ts';
import type {
  Completeness,
  Completion,
  FileContents,
  InputBlock,
  Language,
  LocalFile,
  LogLine,
  OutputChunk,
  SessionSnapshot,
  SessionStatus,
  SessionView,
  Variable,
} from '../../client/session-view.ts';

export class MemorySession implements SessionView {
  readonly calls: string[] = [];
  readonly contents = new Map<string, FileContents | Error>();
  variablesNow: readonly Variable[] = [];
  /** What `history` lists and compares. */
  past: History = { entries: [], undo: null, redo: null, oldest: null };
  changes: Pick<Difference, 'files' | 'variables'> = { files: [], variables: [] };
  readonly history: HistoryView = {
    list: async (limit) => ({ ...this.past, entries: this.past.entries.slice(0, limit) }),
    move: async (move) => {
      this.calls.push(JSON.stringify(move));
      if (move.op === 'redo') throw new Error('There is nothing to redo.');
      return { revision: 9, target: 3 };
    },
    replay: async (from) => {
      this.calls.push(`replay ${from}`);
      return { ran: 3, stoppedAt: 7, left: 2, isWhole: true };
    },
    checkpoint: async (name, force) => {
      this.calls.push(`checkpoint ${name} ${force}`);
      return 9;
    },
    difference: async (from, to) => ({ from, to: to ?? 9, ...this.changes }),
    fork: async (to, at) => {
      this.calls.push(`fork ${to} ${at}`);
    },
  };
  previewsNow: readonly PreviewEntry[] = [];
  readonly previews: PreviewView = {
    list: async () => this.previewsNow,
    serve: async (path) => {
      this.calls.push(`serve ${path}`);
      const url = 'http://abc.localhost:9';
      return { program: 7, entry: path, isPublic: false, url, link: `${url}/?link` };
    },
  };
  /** What to complete with. */
  completion: Completion = { from: 0, to: 0, candidates: [] };
  /** While set, `isComplete` answers only when one of these is called, with an error if it is given one. */
  held: ((error?: Error) => void)[] | null = null;
  readonly #listeners = new Set<() => void>();
  #sequence = 0;
  #snapshot: SessionSnapshot = {
    status: {
      session: 'main',
      busy: false,
      terminals: ['here'],
      connection: 'online',
      unanswered: 0,
      readOnly: false,
    },
    ask: null,
    blocks: [],
    files: [],
    log: [],
    programs: [],
  };

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  getSnapshot(): SessionSnapshot {
    return this.#snapshot;
  }

  submit(code: string, language: Language): void {
    this.calls.push(`submit ${language} ${code}`);
    this.addInput(code, { language });
  }

  interrupt(): void {
    this.calls.push('interrupt');
  }

  reply(text: string | null): void {
    this.calls.push(`reply ${JSON.stringify(text)}`);
    this.update({ ask: null });
  }

  /** Incomplete while a bracket is open. */
  async isComplete(code: string): Promise<Completeness> {
    const { held } = this;
    if (held !== null) {
      await new Promise<void>((resolve, reject) => held.push((error) => (error ? reject(error) : resolve())));
    }
    const open = code.split(/[([{]/).length - code.split(/[)\]}]/).length;
    return open > 0 ? { status: 'incomplete', indent: '  '.repeat(open) } : { status: 'complete' };
  }

  async complete(code: string, cursor: number): Promise<Completion> {
    this.calls.push(`complete ${code.slice(0, cursor)}`);
    return this.completion;
  }

  /** By directory. */
  readonly onThisMachine = new Map<string, readonly LocalFile[]>();

  async localFiles(directory: string): Promise<readonly LocalFile[]> {
    return this.onThisMachine.get(directory) ?? [];
  }

  async readFile(path: string): Promise<FileContents> {
    const found = this.contents.get(path) ?? new Error(`There is no file ${path}.`);
    if (found instanceof Error) throw found;
    return found;
  }

  async variables(_: Language): Promise<readonly Variable[]> {
    return this.variablesNow;
  }

  async run(file: string, args: readonly string[]): Promise<number> {
    this.calls.push(`run ${JSON.stringify([file, ...args])}`);
    return 7;
  }

  async revive(): Promise<void> {
    this.calls.push('revive');
  }

  async kill(program: number): Promise<void> {
    this.calls.push(`kill ${program}`);
  }

  update(change: Partial<SessionSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  setStatus(change: Partial<SessionStatus>): void {
    this.update({ status: { ...this.#snapshot.status, ...change } });
  }

  /** A new input at the end; returns its key. */
  addInput(code: string, more: Partial<InputBlock> = {}): string {
    const number = this.#snapshot.blocks.length + 1;
    const key = `input ${number}`;
    const block: InputBlock = {
      kind: 'input',
      key,
      number,
      code,
      language: 'ts',
      terminal: null,
      status: 'running',
      output: [],
      durationMs: null,
      ...more,
    };
    this.update({ blocks: [...this.#snapshot.blocks, block] });
    return key;
  }

  changeInput(key: string, change: Partial<InputBlock>): void {
    const blocks = this.#snapshot.blocks.map((block) =>
      block.key === key && block.kind === 'input' ? { ...block, ...change } : block,
    );
    this.update({ blocks });
  }

  output(key: string, text: string, stream: OutputChunk['stream'] = 'stdout'): void {
    const block = this.#snapshot.blocks.find((candidate) => candidate.key === key);
    if (block?.kind !== 'input') throw new Error(`no input ${key}`);
    this.changeInput(key, { output: [...block.output, { sequence: ++this.#sequence, stream, text }] });
  }

  addLog(lines: readonly Omit<LogLine, 'sequence'>[]): void {
    const added = lines.map((line) => ({ ...line, sequence: ++this.#sequence }));
    this.update({ log: [...this.#snapshot.log, ...added].slice(-20_000) });
  }

  setFiles(paths: readonly string[]): void {
    const files = paths.map((path) =>
      path.endsWith('/')
        ? { path: path.slice(0, -1), kind: 'directory' as const, size: 0 }
        : { path, kind: 'file' as const, size: this.contents.get(path) instanceof Error ? 0 : 1234 },
    );
    this.update({ files });
  }
}
