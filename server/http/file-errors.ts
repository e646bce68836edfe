/** Failures of files as errors that cross the wire. */

import { type ErrorCode, ProtocolError } from '../../protocol/errors.ts';
import { FileError, type FileErrorCode } from '../files/file-system.ts';

const codes: Readonly<Record<FileErrorCode, ErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  EEXIST: 'CONFLICT',
  ENOTDIR: 'CONFLICT',
  EISDIR: 'CONFLICT',
  ENOTEMPTY: 'CONFLICT',
  EINVAL: 'BAD_REQUEST',
  ENAMETOOLONG: 'BAD_REQUEST',
  EFBIG: 'TOO_LARGE',
  ENOSPC: 'QUOTA',
  EACCES: 'FORBIDDEN',
  EIO: 'UNAVAILABLE',
};

/** A `FileError` becomes a `ProtocolError`; anything else is passed through. */
export function asProtocolError(error: unknown): unknown {
  return error instanceof FileError ? new ProtocolError(codes[error.code], error.message) : error;
}
