/**
 * How a session asks a runner for a run: the body of the request is `u32 length` (little-endian), the MessagePack of
 * a `RunRequest`, and then, until the body ends, answers to what the runner asks (answers.ts).
 */

import { decode, encode } from '@msgpack/msgpack';
import * as v from 'valibot';
import { concatBytes } from '../../../protocol/frame.ts';

const shape = v.object({
  entry: v.string(),
  sources: v.array(v.object({ path: v.string(), bytes: v.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array) })),
  args: v.array(v.string()),
  /** Pairs, because the names are the user's. */
  env: v.array(v.tuple([v.string(), v.string()])),
  /** Seconds after which nobody waits for the program any more. */
  timeoutSeconds: v.number(),
  /** Which hosts it may call. */
  network: v.object({ allow: v.array(v.string()), deny: v.array(v.string()) }),
  /** See `Wanted`; null: nothing. */
  wanted: v.nullable(v.object({ parameters: v.nullable(v.string()) })),
  /** Instead of being run, it is served as this preview from then on; null for a program. */
  preview: v.nullable(
    v.object({
      id: v.string(),
      isPublic: v.boolean(),
      key: v.custom<Uint8Array>((key) => key instanceof Uint8Array),
      keepsCode: v.boolean(),
      session: v.string(),
      beyond: v.array(v.object({ path: v.string(), size: v.number(), version: v.string() })),
    }),
  ),
});

export type RunRequest = v.InferOutput<typeof shape>;

/** The largest encoded request, answers not counted. */
const maxRequestBytes = 32 * 1024 * 1024;

export class RunRequestError extends Error {
  override readonly name = 'RunRequestError';
}

/** The head of the body; what follows it are answers. Throws `RunRequestError` when it is too large. */
export function encodeRunRequest(request: RunRequest): Uint8Array {
  const body = encode(request);
  if (body.length > maxRequestBytes) {
    const megabytes = maxRequestBytes / 1024 / 1024;
    throw new RunRequestError(`The program and its arguments are larger than ${megabytes} MiB together.`);
  }
  const head = new Uint8Array(4 + body.length);
  new DataView(head.buffer).setUint32(0, body.length, true);
  head.set(body, 4);
  return head;
}

export interface ReceivedRun {
  readonly request: RunRequest;
  /** What was read beyond the head; the reader has the rest. */
  readonly rest: Uint8Array;
}

/** Reads the head off a body. */
export async function readRunRequest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReceivedRun> {
  const chunks: Uint8Array[] = [];
  let have = 0;
  let need = 4;
  let sized = false;
  while (have < need || !sized) {
    const { done, value } = await reader.read();
    if (done) throw new RunRequestError('The request ended before the program was complete.');
    chunks.push(value);
    have += value.length;
    if (sized || have < 4) continue;
    const length = new DataView(concatBytes(chunks).buffer).getUint32(0, true);
    if (length > maxRequestBytes) throw new RunRequestError(`The program announces ${length} bytes.`);
    need = 4 + length;
    sized = true;
  }
  const bytes = concatBytes(chunks);
  return { request: parse(bytes.subarray(4, need)), rest: bytes.slice(need) };
}

function parse(bytes: Uint8Array): RunRequest {
  try {
    return v.parse(shape, decode(bytes));
  } catch (error) {
    throw new RunRequestError(`The program cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
