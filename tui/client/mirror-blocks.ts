/** The REPL blocks of the session mirror: inputs with their output and their end, made from log events. Bounded. */

import type { EventBody, InputOutcome } from '../../protocol/events.ts';
import { displayText } from './display.ts';
import type { Block, BlockStatus, InputBlock, Language, MarkBlock, OutputChunk } from './session-view.ts';
import { uncaughtText } from './uncaught.ts';

const MAX_BLOCKS = 2000;
/** Output characters that one block keeps; older ones make way. */
const MAX_OUTPUT = 512 * 1024;

interface Entry {
  readonly key: string;
  number: number | null;
  readonly code: string;
  readonly language: Language;
  readonly terminal: string | null;
  status: BlockStatus;
  readonly chunks: OutputChunk[];
  characters: number;
  dropped: number;
  nextSequence: number;
  durationMs: number | null;
  /** Partial UTF-8 sequences wait here for the next chunk. */
  readonly decoders: { readonly stdout: TextDecoder; readonly stderr: TextDecoder };
  view: InputBlock | null;
}

type Item = Entry | MarkBlock;

export class MirrorBlocks {
  #items: Item[] = [];
  readonly #byNumber = new Map<number, Entry>();
  /** This terminal's own inputs: their block is there before their event comes. */
  readonly #own = new Map<number, Entry>();
  #nextKey = 1;
  #view: readonly Block[] | null = [];

  /** An input of this terminal, not yet accepted. */
  submit(code: string, language: Language): { accepted(number: number): void; refused(message: string): void } {
    const entry = this.#add(null, code, language, null, 'queued');
    return {
      accepted: (number) => {
        entry.number = number;
        this.#own.set(number, entry);
        this.#byNumber.set(number, entry);
        this.#touch(entry);
      },
      refused: (message) => {
        this.#end(entry, 'error', message);
      },
    };
  }

  input({ input, code, language, terminal }: EventBody<'input'>): void {
    const own = this.#own.get(input);
    if (own !== undefined) return;
    this.#byNumber.set(input, this.#add(input, code, language, terminal, 'queued'));
  }

  output(number: number, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const entry = this.#byNumber.get(number);
    if (entry === undefined) return;
    const text = entry.decoders[stream].decode(bytes, { stream: true });
    if (entry.status === 'queued') entry.status = 'running';
    this.#append(entry, stream, text);
  }

  /** Something in forms that a text terminal does not draw. */
  display({ input, bundle }: EventBody<'display'>): void {
    this.#print(input, displayText(bundle));
  }

  /** What was typed stands in the transcript where it was asked for, as on a terminal. */
  reply({ input, text, isEnd }: EventBody<'reply'>): void {
    if (!isEnd) this.#print(input, `${text ?? ''}\n`);
  }

  done({ input, outcome, milliseconds }: EventBody<'done'>): void {
    const entry = this.#byNumber.get(input);
    if (entry === undefined) return;
    entry.durationMs = milliseconds;
    this.#end(entry, statusOf(outcome), textOf(outcome, entry.language));
  }

  /** Who submitted an input; null for this terminal, and when it is not known. */
  terminalOf(number: number): string | null {
    return this.#byNumber.get(number)?.terminal ?? null;
  }

  /** The kernel says which input it runs. */
  running(number: number): void {
    const entry = this.#byNumber.get(number);
    if (entry === undefined || entry.status !== 'queued') return;
    entry.status = 'running';
    this.#touch(entry);
  }

  /** A line between two inputs. */
  mark(kind: MarkBlock['kind'], message: string): void {
    this.#items.push({ kind, key: `${kind}-${this.#nextKey++}`, message });
    this.#view = null;
  }

  clear(): void {
    this.#items = [];
    this.#byNumber.clear();
    this.#own.clear();
    this.#view = null;
  }

  get isChanged(): boolean {
    return this.#view === null;
  }

  view(): readonly Block[] {
    this.#view ??= this.#items.map((item) => ('chunks' in item ? viewOf(item) : item));
    return this.#view;
  }

  #add(number: number | null, code: string, language: Language, terminal: string | null, status: BlockStatus): Entry {
    const entry: Entry = {
      key: `input-${this.#nextKey++}`,
      number,
      code,
      language,
      terminal,
      status,
      chunks: [],
      characters: 0,
      dropped: 0,
      nextSequence: 1,
      durationMs: null,
      decoders: { stdout: new TextDecoder(), stderr: new TextDecoder() },
      view: null,
    };
    this.#items.push(entry);
    if (this.#items.length > MAX_BLOCKS) this.#dropFirst();
    this.#view = null;
    return entry;
  }

  #dropFirst(): void {
    const first = this.#items.shift();
    if (first === undefined || !('chunks' in first) || first.number === null) return;
    this.#byNumber.delete(first.number);
    this.#own.delete(first.number);
  }

  #end(entry: Entry, status: BlockStatus, text: string): void {
    entry.status = status;
    this.#append(entry, 'end', text);
  }

  #append(entry: Entry, stream: 'stdout' | 'stderr' | 'end', text: string): void {
    if (text !== '') entry.chunks.push({ sequence: entry.nextSequence++, stream, text });
    entry.characters += text.length;
    while (entry.characters > MAX_OUTPUT && entry.chunks.length > 1) {
      const oldest = entry.chunks.shift();
      entry.characters -= oldest?.text.length ?? 0;
      entry.dropped += oldest?.text.length ?? 0;
    }
    this.#touch(entry);
  }

  #print(number: number, text: string): void {
    const entry = this.#byNumber.get(number);
    if (entry !== undefined) this.#append(entry, 'stdout', text);
  }

  #touch(entry: Entry): void {
    entry.view = null;
    this.#view = null;
  }
}

function viewOf(entry: Entry): InputBlock {
  const { key, number, code, language, terminal, status, durationMs, chunks, dropped } = entry;
  const notice: OutputChunk[] =
    dropped === 0 ? [] : [{ sequence: 0, stream: 'gap', text: `… ${dropped} characters of output are not shown` }];
  entry.view ??= {
    kind: 'input',
    key,
    number,
    code,
    language,
    terminal,
    status,
    output: [...notice, ...chunks],
    durationMs,
  };
  return entry.view;
}

function statusOf(outcome: InputOutcome): BlockStatus {
  if (outcome.status === 'exit') return outcome.code === 0 ? 'ok' : 'error';
  return outcome.status;
}

/** What the person reads of an end; empty when there is nothing to say. */
function textOf(outcome: InputOutcome, language: Language): string {
  switch (outcome.status) {
    case 'ok':
      return outcome.isVoid ? '' : outcome.text;
    case 'error':
      return uncaughtText(outcome.text, language);
    case 'exit':
      return exitText(outcome.code);
    case 'aborted':
      return outcome.message;
    case 'interrupted': {
      const why = outcome.reason === 'user' ? 'Interrupted.' : 'Interrupted: its time is used up.';
      return outcome.kept ? why : `${why} Its changes were rolled back.`;
    }
  }
}

function exitText(code: number): string {
  return `It asked to leave with status ${code}; the session stays. Leave with Ctrl-D or .exit.`;
}
