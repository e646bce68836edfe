/** What can go wrong with the embedded server, as errors that a person can read: one sentence, never a stack. */

export type LocalServerErrorCode =
  /** This platform has no embedded server. */
  | 'PLATFORM'
  /** An option or environment variable has a value that cannot be used. */
  | 'OPTION'
  /** The data directory cannot be made, read or written. */
  | 'DIRECTORY'
  /** Another program listens on the port the user fixed. */
  | 'PORT_TAKEN'
  /** The daemon could not boot, or died while it booted. */
  | 'BOOT_FAILED'
  /** The running daemon is of another version and cannot be replaced now. */
  | 'VERSION'
  /** No daemon runs, and none was to be started. */
  | 'STOPPED'
  /** A live daemon does not answer. */
  | 'UNRESPONSIVE';

export class LocalServerError extends Error {
  readonly code: LocalServerErrorCode;

  constructor(code: LocalServerErrorCode, message: string) {
    super(message);
    this.name = 'LocalServerError';
    this.code = code;
  }
}

/** The system's error code (`ENOENT`, …) of anything thrown, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The text of anything thrown, on one line. */
export function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
}

/** Anything thrown while the server starts, as an error for the user. */
export function asLocalServerError(error: unknown): LocalServerError {
  if (error instanceof LocalServerError) return error;
  return new LocalServerError('BOOT_FAILED', `The server could not start: ${oneLine(error)}`);
}
