/**
 * The terminal that the app draws on and reads from: a TTY through `tui/node-terminal.ts`, or xterm.js in a page.
 */

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(data: string): void;
  /** Decoded text exactly as the terminal sends it, cut anywhere. */
  onInput(listener: (data: string) => void): () => void;
  /** The size changed, or the screen must be drawn again for another reason (the process was resumed). */
  onResize(listener: () => void): () => void;
  /** `true` takes the screen: raw keys and `ENTER_SCREEN`. `false` gives everything back as it was found. */
  setRawMode(on: boolean): void;
  /** Job control (Ctrl-Z). Absent where there is none. */
  suspend?(): void;
  /** Gives the terminal back and stops listening. Can be called twice. */
  close(): void;
}

/** Alternate screen, cleared; bracketed paste; unambiguous keys where the terminal knows the Kitty protocol. */
export const ENTER_SCREEN = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?2004h\x1b[>1u';

/** Undoes `ENTER_SCREEN` and whatever the screen writer may have been in the middle of. */
export const LEAVE_SCREEN = '\x1b[?2026l\x1b[0m\x1b[<u\x1b[?2004l\x1b[?25h\x1b[?1049l';
