/** A command on a pseudo-terminal, seen through a real terminal emulator: what a person would see, type and leave. */

import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';

export interface PtySize {
  readonly columns: number;
  readonly rows: number;
}

export interface PtyOptions extends PtySize {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How it ended: exit status and signal number, of which one is 0. */
export interface PtyEnding {
  readonly status: number;
  readonly signal: number;
}

/** The private mode that is set from the start. */
const CURSOR_SHOWN = 25;
/** A wait that lasts this long has failed; its error shows the screen. */
const PATIENCE_MILLISECONDS = 45_000;

export class PtyTerminal {
  readonly ended: Promise<PtyEnding>;
  readonly #pty: IPty;
  readonly #xterm: Terminal;
  readonly #waiting = new Set<() => void>();
  /** The private modes that are set, by number. */
  readonly #modes = new Set([CURSOR_SHOWN]);
  #hasEnded = false;

  constructor(file: string, args: readonly string[], { columns, rows, cwd, env }: PtyOptions) {
    this.#xterm = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.#watchModes();
    this.#pty = spawn(file, [...args], {
      cols: columns,
      rows,
      cwd,
      env: { ...env },
      name: env.TERM ?? 'xterm-256color',
    });
    this.#pty.onData((data) => this.#xterm.write(data, () => this.#check()));
    this.#xterm.onData((answer) => this.#pty.write(answer));
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#hasEnded = true;
        // What it wrote last is read before.
        this.#xterm.write('', () => resolve({ status: exitCode, signal: signal ?? 0 }));
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The rows of the screen, joined by line ends, without blanks at their ends. */
  get screen(): string {
    const { active } = this.#xterm.buffer;
    const row = (y: number): string => active.getLine(active.viewportY + y)?.translateToString(true) ?? '';
    return Array.from({ length: this.#xterm.rows }, (_, y) => row(y)).join('\n');
  }

  /** What the command made of the terminal: the screen that shows, and the private modes that are set. */
  get state(): { readonly isAlternate: boolean; readonly modes: readonly number[] } {
    return {
      isAlternate: this.#xterm.buffer.active.type === 'alternate',
      modes: [...this.#modes].sort((a, b) => a - b),
    };
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** As a terminal pastes, with the brackets that the command asked for. */
  paste(text: string): void {
    const isBracketed = this.#xterm.modes.bracketedPasteMode;
    this.#pty.write(isBracketed ? `\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~` : text.replaceAll('\n', '\r'));
  }

  resize(columns: number, rows: number): void {
    this.#xterm.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#pty.kill(signal);
  }

  /** Resolves once the screen shows `what` or it holds. Rejects, with the screen, when that takes too long. */
  shows(what: string | RegExp | ((screen: string) => boolean)): Promise<void> {
    const test = (): boolean => {
      if (typeof what === 'function') return what(this.screen);
      return typeof what === 'string' ? this.screen.includes(what) : what.test(this.screen);
    };
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        end();
      };
      const check = (): void => {
        if (test()) settle(resolve);
      };
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`The screen does not show ${what}:\n${this.screen}`)));
      }, PATIENCE_MILLISECONDS);
      this.#waiting.add(check);
      check();
    });
  }

  #check(): void {
    for (const check of this.#waiting) check();
  }

  #watchModes(): void {
    const change = (apply: (mode: number) => void) => (params: (number | number[])[]) => {
      for (const param of params.flat()) apply(param);
      return false;
    };
    this.#xterm.parser.registerCsiHandler(
      { prefix: '?', final: 'h' },
      change((mode) => this.#modes.add(mode)),
    );
    this.#xterm.parser.registerCsiHandler(
      { prefix: '?', final: 'l' },
      change((mode) => this.#modes.delete(mode)),
    );
  }
}
