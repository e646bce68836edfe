/** The log lines of the session mirror: what programs print, notices, and who comes and goes. Bounded. */

import type { EventBody, OutputEvent } from '../../protocol/events.ts';
import type { LogLine, ProgramEntry } from './session-view.ts';

const MAX_LINES = 10_000;
const MAX_PROGRAMS = 200;
/** A line longer than this is broken. */
const MAX_LINE = 10_000;

interface Program {
  readonly name: string;
  state: string;
  /** The unfinished line of each stream. */
  readonly rest: { stdout: string; stderr: string };
  readonly decoders: { readonly stdout: TextDecoder; readonly stderr: TextDecoder };
}

export class MirrorLog {
  #lines: LogLine[] = [];
  readonly #programs = new Map<number, Program>();
  #nextSequence = 1;
  #view: readonly LogLine[] | null = [];
  #programView: readonly ProgramEntry[] | null = [];

  get isChanged(): boolean {
    return this.#view === null || this.#programView === null;
  }

  view(): readonly LogLine[] {
    this.#view ??= [...this.#lines];
    return this.#view;
  }

  programs(): readonly ProgramEntry[] {
    this.#programView ??= [...this.#programs].map(([id, { name, state }]) => ({ id, name, state }));
    return this.#programView;
  }

  program({ program, terminal, entry, args }: EventBody<'program'>): void {
    const started: Program = {
      name: entry,
      state: 'running',
      rest: { stdout: '', stderr: '' },
      decoders: { stdout: new TextDecoder(), stderr: new TextDecoder() },
    };
    this.#programs.set(program, started);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > MAX_PROGRAMS && oldest !== undefined) this.#programs.delete(oldest);
    this.#programView = null;
    this.#add(sourceOf(program, entry), 'event', `started by ${terminal}: ${[entry, ...args].join(' ')}`);
  }

  output({ number, stream, bytes }: OutputEvent): void {
    const program = this.#programs.get(number);
    if (program === undefined) return;
    const text = program.rest[stream] + program.decoders[stream].decode(bytes, { stream: true });
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    program.rest[stream] = rest.length > MAX_LINE ? '' : rest;
    if (rest.length > MAX_LINE) lines.push(rest);
    for (const line of lines) this.#add(sourceOf(number, program.name), stream, line);
  }

  /** The program waits for a line: what it printed last is the question. */
  prompt(number: number): void {
    const program = this.#programs.get(number);
    if (program === undefined || program.rest.stdout === '') return;
    this.#add(sourceOf(number, program.name), 'stdout', program.rest.stdout);
    program.rest.stdout = '';
  }

  /** What a person gave to a program; null for the end of its input. */
  typed(number: number, line: string | null): void {
    const program = this.#programs.get(number);
    this.#add(sourceOf(number, program?.name ?? ''), 'event', line === null ? 'end of input' : `? ${line}`);
  }

  exit({ program: number, outcome }: EventBody<'exit'>): void {
    const program = this.#programs.get(number);
    const state = outcome.kind === 'exit' ? `exit ${outcome.code}` : outcome.kind;
    const source = sourceOf(number, program?.name ?? '');
    for (const stream of ['stdout', 'stderr'] as const) {
      if (program !== undefined && program.rest[stream] !== '') this.#add(source, stream, program.rest[stream]);
    }
    if (program !== undefined) program.state = state;
    this.#programView = null;
    this.#add(source, 'event', outcome.kind === 'failed' ? outcome.message : state);
  }

  event(source: string, text: string): void {
    for (const line of text.split('\n')) this.#add(source, 'event', line);
  }

  clear(): void {
    this.#lines = [];
    this.#programs.clear();
    this.#view = null;
    this.#programView = null;
  }

  #add(source: string, kind: LogLine['kind'], text: string): void {
    this.#lines.push({ sequence: this.#nextSequence++, source, kind, text });
    // Twice the limit before any goes, so that a flood does not move the array for each line.
    if (this.#lines.length > 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES);
    this.#view = null;
  }
}

function sourceOf(program: number, name: string): string {
  return `${program} ${name}`;
}
