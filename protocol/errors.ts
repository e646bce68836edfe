/**
 * Every error that crosses the wire. `retry` says whether the same request may succeed later without a change;
 * `status` is the HTTP status of the REST surface.
 */

const ERRORS = {
  BAD_FRAME: { status: 400, retry: false },
  BAD_MESSAGE: { status: 400, retry: false },
  BAD_REQUEST: { status: 400, retry: false },
  UNAUTHENTICATED: { status: 401, retry: false },
  FORBIDDEN: { status: 403, retry: false },
  READ_ONLY: { status: 403, retry: false },
  NOT_FOUND: { status: 404, retry: false },
  METHOD_NOT_ALLOWED: { status: 405, retry: false },
  CONFLICT: { status: 409, retry: false },
  BUSY: { status: 409, retry: true },
  CHECKSUM: { status: 422, retry: true },
  TOO_LARGE: { status: 413, retry: false },
  QUEUE_FULL: { status: 429, retry: true },
  RATE: { status: 429, retry: true },
  QUOTA: { status: 507, retry: false },
  UPGRADE: { status: 426, retry: false },
  UNSUPPORTED: { status: 501, retry: false },
  NOT_CONFIGURED: { status: 503, retry: false },
  UNAVAILABLE: { status: 502, retry: true },
  INTERNAL: { status: 500, retry: true },
} as const satisfies Record<string, { status: number; retry: boolean }>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

export interface WireError {
  readonly code: ErrorCode;
  /** One or two sentences that say what is wrong and what to do. */
  readonly message: string;
  readonly retry: boolean;
}

/** An error with a code of this list. Everything that fails on account of the peer or the user is one of these. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get retry(): boolean {
    return ERRORS[this.code].retry;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  toWire(): WireError {
    return { code: this.code, message: this.message, retry: this.retry };
  }
}
