/** A `Terminal` that a real terminal emulator reads: tests see what a person would. */

import { Terminal as Xterm } from '@xterm/headless';
import { ENTER_SCREEN, LEAVE_SCREEN, type Terminal } from '../terminal.ts';

export class XtermTerminal implements Terminal {
  readonly xterm: Xterm;
  /** Everything written so far. */
  written = '';
  raw = false;
  suspended = 0;
  readonly #input = new Set<(data: string) => void>();
  readonly #resize = new Set<() => void>();

  constructor(columns: number, rows: number) {
    this.xterm = new Xterm({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  }

  get columns(): number {
    return this.xterm.cols;
  }

  get rows(): number {
    return this.xterm.rows;
  }

  write(data: string): void {
    this.written += data;
    this.xterm.write(data);
  }

  onInput(listener: (data: string) => void): () => void {
    this.#input.add(listener);
    return () => this.#input.delete(listener);
  }

  onResize(listener: () => void): () => void {
    this.#resize.add(listener);
    return () => this.#resize.delete(listener);
  }

  setRawMode(on: boolean): void {
    if (on === this.raw) return;
    this.raw = on;
    this.write(on ? ENTER_SCREEN : LEAVE_SCREEN);
  }

  suspend(): void {
    this.suspended++;
  }

  close(): void {
    this.setRawMode(false);
  }

  /** What the person types. */
  type(data: string): void {
    for (const listener of this.#input) listener(data);
  }

  resize(columns: number, rows: number): void {
    this.xterm.resize(columns, rows);
    for (const listener of this.#resize) listener();
  }

  get listeners(): number {
    return this.#input.size + this.#resize.size;
  }

  /** Waits until the emulator has read everything. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.xterm.write('', resolve));
  }

  lines(): string[] {
    const buffer = this.xterm.buffer.active;
    return Array.from(
      { length: this.rows },
      (_, y) => buffer.getLine(buffer.viewportY + y)?.translateToString(true) ?? '',
    );
  }

  screen(): string {
    return this.lines().join('\n');
  }

  cursor(): { x: number; y: number } {
    return { x: this.xterm.buffer.active.cursorX, y: this.xterm.buffer.active.cursorY };
  }
}
