/** One block of the transcript as rows: the code with its exit mark, and the output with the result or error. */

import { Sanitizer, sanitizeName, sanitizeText } from '../../client/sanitize.ts';
import type { BlockStatus, InputBlock, OutputChunk } from '../../client/session-view.ts';
import { cellWidth } from '../text/cells.ts';
import { LineBuilder } from '../text/line-builder.ts';
import { RowBuffer } from '../text/row-buffer.ts';
import { wrapLine } from '../text/wrap.ts';
import { hangOf, wrapWords } from '../text/wrap-words.ts';
import { bold, cyan, dim, green, red, yellow } from '../theme.ts';
import type { TranscriptItem } from './transcript.ts';

/** Lines of output kept per block for scrolling back. */
const MAX_OUTPUT_LINES = 50_000;

export const PROMPT = '❯ ';
const CONTINUED = '  ';

const MARKS: Readonly<Record<BlockStatus, { mark: string; word: string; paint: (text: string) => string }>> = {
  waiting: { mark: '○', word: 'waiting for the connection', paint: yellow },
  queued: { mark: '○', word: 'queued', paint: dim },
  running: { mark: '●', word: 'running', paint: cyan },
  ok: { mark: '✓', word: '', paint: green },
  error: { mark: '✗', word: '', paint: red },
  interrupted: { mark: '■', word: 'interrupted', paint: yellow },
  aborted: { mark: '✗', word: 'aborted', paint: red },
};

export class BlockRows {
  #width: number;
  #item: TranscriptItem | null = null;
  #head: string[] = [];
  #output: RowBuffer;
  #foot: string[] = [];
  #sanitizers = { stdout: new Sanitizer(), stderr: new Sanitizer() };
  #seen = Number.NEGATIVE_INFINITY;

  constructor(width: number) {
    this.#width = width;
    this.#output = new RowBuffer(width, MAX_OUTPUT_LINES);
  }

  update(item: TranscriptItem): void {
    const old = this.#item;
    this.#item = item;
    if (item.kind === 'input') {
      for (const chunk of newChunks(item.output, this.#seen)) this.#write(chunk);
      if (old?.kind === 'input' && sameFrame(old, item)) return;
    }
    this.#layOut(item);
  }

  resize(width: number): void {
    this.#width = width;
    this.#output.resize(width);
    if (this.#item !== null) this.#layOut(this.#item);
  }

  get length(): number {
    return this.#head.length + this.#dropped().length + this.#outputLength + this.#foot.length;
  }

  slice(from: number, to: number): string[] {
    const before = [...this.#head, ...this.#dropped()];
    const behind = before.length + this.#outputLength;
    const start = this.#output.start - before.length;
    return [
      ...before.slice(from, to),
      ...(to > before.length
        ? this.#output.slice(Math.max(from, before.length) + start, Math.min(to, behind) + start)
        : []),
      ...this.#foot.slice(Math.max(0, from - behind), Math.max(0, to - behind)),
    ];
  }

  get #outputLength() {
    return this.#output.end - this.#output.start;
  }

  #dropped(): string[] {
    const count = this.#output.droppedLines;
    return count === 0 ? [] : [dim(`… ${count.toLocaleString('en')} earlier lines`)];
  }

  #write(chunk: OutputChunk) {
    this.#seen = chunk.sequence;
    switch (chunk.stream) {
      case 'stdout':
        this.#output.write(this.#sanitizers.stdout.write(chunk.text));
        break;
      case 'stderr':
        this.#output.write(`\x1b[31m${this.#sanitizers.stderr.write(chunk.text)}\x1b[0m`);
        break;
      case 'gap':
        this.#writeRows(dim(`… ${sanitizeName(chunk.text)}`));
        break;
      case 'end':
        this.#writeRows(sanitizeText(chunk.text).replace(/\n+$/, ''));
    }
  }

  /** Rows of their own, in no style but theirs. */
  #writeRows(text: string) {
    this.#output.write(`${this.#output.midLine ? '\n' : ''}\x1b[0m${text}\x1b[0m\n`);
  }

  #layOut(item: TranscriptItem) {
    switch (item.kind) {
      case 'input':
        this.#head = this.#codeRows(item.code, promptOf(item.status), label(item));
        break;
      case 'gap':
        this.#head = wrapWords(dim(`… ${sanitizeName(item.message)}`), this.#width, 2);
        break;
      case 'moved':
        this.#head = wrapWords(yellow(`── ${sanitizeName(item.message)}`), this.#width, 3);
        break;
      case 'notice':
        this.#head = this.#codeRows(item.command, dim(PROMPT), '');
        this.#foot = this.#textRows(item.failed ? red(item.text) : item.text);
    }
  }

  #textRows(text: string): string[] {
    if (text === '') return [];
    return lines(text).flatMap((line) => wrapWords(line, this.#width, hangOf(line)));
  }

  /** The label stands at the right of the first row, or below the code where there is no room. */
  #codeRows(code: string, prompt: string, right: string): string[] {
    const width = this.#width - cellWidth(PROMPT);
    const rows = lines(code).flatMap((line, index) =>
      wrapLine(line, width).map((row, at) => (index === 0 && at === 0 ? prompt : CONTINUED) + bold(row)),
    );
    const first = rows[0] ?? prompt;
    const space = this.#width - cellWidth(first) - cellWidth(right);
    if (right === '') return rows;
    if (space >= 2) return [first + ' '.repeat(space) + right, ...rows.slice(1)];
    return [...rows, ' '.repeat(Math.max(0, this.#width - cellWidth(right))) + right];
  }
}

function lines(text: string): string[] {
  return new LineBuilder().write(`${sanitizeText(text).replace(/\n+$/, '')}\n`);
}

/** Chunks behind the last one seen, found from the end. */
function newChunks(output: readonly OutputChunk[], seen: number): readonly OutputChunk[] {
  let from = output.length;
  while (from > 0 && (output[from - 1]?.sequence ?? seen) > seen) from--;
  return output.slice(from);
}

function sameFrame(a: InputBlock, b: InputBlock): boolean {
  return a.status === b.status && a.durationMs === b.durationMs && a.code === b.code;
}

const promptOf = (status: BlockStatus) => MARKS[status].paint(PROMPT);

function label(block: InputBlock): string {
  const { mark, word, paint } = MARKS[block.status];
  const time = block.durationMs === null ? '' : formatDuration(block.durationMs);
  const who = block.terminal === null ? '' : `${sanitizeName(block.terminal)} · `;
  return `${dim(`${who}${block.language} `)}${paint([mark, word].filter(Boolean).join(' '))}${time && dim(` ${time}`)}`;
}

/** @param milliseconds for example 3 → `3 ms`, 1234 → `1.2 s`, 125000 → `2 min 5 s` */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
