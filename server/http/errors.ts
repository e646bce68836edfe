/** Errors of the REST surface: JSON with a code, a message and whether a retry helps. */

import { ProtocolError } from '../../protocol/errors.ts';
import { arrived, understood } from '../crossing.ts';

/** `{"error": {code, message, retry}}` with the status of the code. */
export function errorResponse(error: ProtocolError): Response {
  return Response.json({ error: error.toWire() }, { status: error.status });
}

/** Any failure as a response; what is not the caller's fault is logged and answered INTERNAL. */
export function failureResponse(error: unknown): Response {
  const known = understood(arrived(error));
  if (known instanceof ProtocolError) return errorResponse(known);
  console.error(error);
  return errorResponse(new ProtocolError('INTERNAL', 'The server failed. Try again; if it stays so, see its log.'));
}
