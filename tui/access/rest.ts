/** Requests to the server's REST surface. */

import * as v from 'valibot';
import { EXIT, ExitError } from '../exit.ts';
import { reasonOf } from './reasons.ts';
import { parseRefusal } from './refusal.ts';
import type { Server } from './server.ts';

interface RestRequest {
  readonly method?: 'GET' | 'HEAD' | 'PATCH' | 'PUT' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: object;
  readonly body?: Uint8Array;
}

/** Errors that mean the server does not let us in; all others are about what was asked. */
const NOT_LET_IN = new Set([401, 403, 426, 503]);

/**
 * Throws `ExitError` unless the server answers with success; it has a `cause` if the server did not answer. `path` begins
 * with a slash.
 */
export async function request(server: Server, path: string, options: RestRequest = {}): Promise<Response> {
  const { origin, token } = await server.reach();
  const { method = 'GET', query, headers, json, body } = options;
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  let response: Response;
  try {
    response = await fetch(`${origin}${path}${search}`, {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      redirect: 'error',
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (error instanceof ExitError) throw error;
    throw new ExitError(EXIT.unreachable, `${origin} cannot be reached: ${reasonOf(error)}`, { cause: error });
  }
  if (response.ok) return response;
  const refusal = parseRefusal(await response.text());
  // An answer without a body does not say what is not there.
  if (method === 'HEAD' && response.status === 404) return request(server, path, { ...options, method: 'GET' });
  const status = NOT_LET_IN.has(response.status) || refusal === null ? EXIT.unreachable : EXIT.failure;
  if (refusal !== null) throw new ExitError(status, refusal.message);
  throw new ExitError(status, `${origin} is no spawnpoint-cf server, or it is not well (HTTP ${response.status})`);
}

/** The body of a response, checked against its shape. Throws `ExitError` when it is another. */
export async function readJson<Schema extends v.GenericSchema>(
  response: Response,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, await response.json().catch(() => null));
  if (parsed.success) return parsed.output;
  throw notUnderstood();
}

/** For success that is told as no server of this version tells it: whatever answers did not do what was asked. */
export function notUnderstood(): ExitError {
  return new ExitError(EXIT.unreachable, 'the server answers in a way that this version does not understand');
}
