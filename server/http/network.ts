/**
 * The REST surface of a session's network, at `/v1/sessions/<session>/network`.
 *
 * GET   the list, `{"allow": […], "deny": […]}`; with `?log=N`, the newest N entries of the log as `{"entries": […]}`
 * POST  for the owner: `{"op": "allow", "hosts": […]}`, `deny`, `remove`, or `{"op": "reset"}`; answers the new list
 */

import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import {
  NETWORK_LIMITS,
  type NetworkList,
  NetworkListError,
  OPEN_LIST,
  parseEntry,
  withEntries,
  withoutEntries,
} from '../egress/network-list.ts';
import { EGRESS_LOG_ENTRIES, type NetworkStore } from '../session/network.ts';
import { failureResponse } from './errors.ts';

export interface NetworkRoutesHost {
  readonly network: NetworkStore;
  readonly isOwner: boolean;
}

const hosts = v.pipe(v.array(v.pipe(v.string(), v.maxLength(300))), v.minLength(1), v.maxLength(NETWORK_LIMITS.hosts));
const operationShape = v.variant('op', [
  v.strictObject({ op: v.literal('allow'), hosts }),
  v.strictObject({ op: v.literal('deny'), hosts }),
  v.strictObject({ op: v.literal('remove'), hosts }),
  v.strictObject({ op: v.literal('reset') }),
]);
type Operation = v.InferOutput<typeof operationShape>;

const maxOperationBytes = 64 * 1024;

/** Never throws. */
export async function networkRoutes(request: Request, { network, isOwner }: NetworkRoutesHost): Promise<Response> {
  try {
    switch (request.method) {
      case 'GET': {
        const limit = new URL(request.url).searchParams.get('log');
        return Response.json(limit === null ? network.list : { entries: network.log(parseLimit(limit)) });
      }
      case 'POST': {
        const operation = await readOperation(request);
        if (!isOwner) throw new ProtocolError('FORBIDDEN', 'Only the owner may change what a session may call.');
        network.setList(apply(network.list, operation));
        return Response.json(network.list);
      }
      default:
        throw new ProtocolError('METHOD_NOT_ALLOWED', `The network has no method ${request.method}.`);
    }
  } catch (error) {
    return failureResponse(error instanceof NetworkListError ? new ProtocolError('BAD_REQUEST', error.message) : error);
  }
}

function apply(list: NetworkList, wanted: Operation): NetworkList {
  if (wanted.op === 'reset') return OPEN_LIST;
  const entries = wanted.hosts.map(parseEntry);
  return wanted.op === 'remove' ? withoutEntries(list, entries) : withEntries(list, wanted.op, entries);
}

function parseLimit(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), EGRESS_LOG_ENTRIES);
  throw new ProtocolError('BAD_REQUEST', 'Give log as a whole number.');
}

async function readOperation(request: Request): Promise<Operation> {
  const text = await request.text();
  if (text.length > maxOperationBytes) {
    throw new ProtocolError('TOO_LARGE', `An operation has at most ${maxOperationBytes} bytes.`);
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), operationShape), text);
  if (parsed.success) return parsed.output;
  throw new ProtocolError(
    'BAD_REQUEST',
    `Send {"op": "allow", "hosts": […]}, "deny" or "remove" with 1 to ${NETWORK_LIMITS.hosts} hosts, or {"op": "reset"}.`,
  );
}
