/** How the process ends: its exit statuses, and the error that carries one to the top. */

export const EXIT = {
  ok: 0,
  /** An uncaught error of the user's code, or a command that could not be done. */
  failure: 1,
  usage: 2,
  timeout: 124,
  hungUp: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
  /** The server cannot be reached or refuses, as ssh has it. */
  unreachable: 255,
} as const;

/** Ends the process with `status`. `message` is one sentence for the user; empty to end without a word. */
export class ExitError extends Error {
  override readonly name = 'ExitError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** The TUI is built with a copy of this class: its errors are recognised as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ExitError' && 'status' in value;
  }
}

export function usageError(message: string): ExitError {
  return new ExitError(EXIT.usage, message);
}
