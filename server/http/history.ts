/**
 * The REST surface of a session's history, at `/v1/sessions/<session>/history`. Every move is one new revision.
 *
 * GET   what is kept, newest first: `?limit=` entries (100); with `?from=&to=`, what changed between two revisions
 * POST  `{"op": "undo"}`, `redo`, `{"op": "goto", "revision": n}`, `{"op": "restore", "name": …}`, `{"op": "reset"}`,
 *       `{"op": "replay"}` (with `"from": INPUT`; answered when it is done) or `{"op": "checkpoint", "name": …}` (with
 *       `"force": true`, also when another revision has that name); with `"terminal": NAME`, all are told who did it
 */

import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TimeTravel } from '../session/time-travel.ts';
import { failureResponse } from './errors.ts';

export interface HistoryRoutesHost {
  readonly travel: TimeTravel;
  /** False for a reader. */
  readonly mayWrite: boolean;
}

const revision = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Of the one that asks. */
const terminal = v.optional(v.pipe(v.string(), v.maxBytes(LIMITS.label)));
const operation = v.variant('op', [
  v.strictObject({ op: v.literal('undo'), terminal }),
  v.strictObject({ op: v.literal('redo'), terminal }),
  v.strictObject({ op: v.literal('goto'), revision, terminal }),
  v.strictObject({ op: v.literal('restore'), name: v.string(), terminal }),
  v.strictObject({ op: v.literal('reset'), terminal }),
  v.strictObject({ op: v.literal('replay'), from: v.optional(revision), terminal }),
  v.strictObject({ op: v.literal('checkpoint'), name: v.string(), force: v.optional(v.boolean()), terminal }),
]);
const maxOperationBytes = 4096;
const defaultEntries = 100;
const maxEntries = 1000;

/** Never throws. */
export async function historyRoutes(request: Request, host: HistoryRoutesHost): Promise<Response> {
  try {
    switch (request.method) {
      case 'GET':
        return Response.json(await look(new URL(request.url).searchParams, host.travel));
      case 'POST':
        if (!host.mayWrite) throw new ProtocolError('READ_ONLY', 'This token may only look at the history.');
        return Response.json(await move(await readOperation(request), host.travel));
      default:
        throw new ProtocolError('METHOD_NOT_ALLOWED', `The history has no method ${request.method}.`);
    }
  } catch (error) {
    return failureResponse(error);
  }
}

function look(query: URLSearchParams, travel: TimeTravel): object | Promise<object> {
  if (query.has('from') || query.has('to')) return travel.difference(number(query, 'from'), number(query, 'to'));
  return travel.history(Math.min(query.has('limit') ? number(query, 'limit') : defaultEntries, maxEntries));
}

function number(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ProtocolError('BAD_REQUEST', `Give ${name} as a whole number.`);
}

async function move(wanted: v.InferOutput<typeof operation>, travel: TimeTravel): Promise<object> {
  await travel.rest();
  const who = wanted.terminal ?? null;
  switch (wanted.op) {
    case 'undo':
      return travel.undo(who);
    case 'redo':
      return travel.redo(who);
    case 'goto':
      return travel.goTo(wanted.revision, who);
    case 'restore':
      return travel.restoreCheckpoint(wanted.name, who);
    case 'reset':
      return travel.reset(who);
    case 'replay':
      return travel.replay(wanted.from ?? null, who);
    case 'checkpoint':
      return { revision: travel.checkpoint(wanted.name, wanted.force ?? false) };
  }
}

async function readOperation(request: Request): Promise<v.InferOutput<typeof operation>> {
  const text = await request.text();
  if (text.length > maxOperationBytes)
    throw new ProtocolError('TOO_LARGE', `An operation has at most ${maxOperationBytes} bytes.`);
  const parsed = v.safeParse(operation, parseJson(text));
  if (parsed.success) return parsed.output;
  throw new ProtocolError(
    'BAD_REQUEST',
    'Send {"op": "undo"}, "redo", {"op": "goto", "revision": n}, {"op": "restore", "name": …}, {"op": "reset"}, {"op": "replay"} or {"op": "checkpoint", "name": …}.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
