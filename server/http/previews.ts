/**
 * The REST surface of a session's previews, at `/v1/sessions/<session>/previews`. Bodies are MessagePack.
 *
 * GET         the previews that are served: `{previews: [{program, entry, isPublic, url, link}]}`; links for writers only
 * POST        `{entry, sources, place, isPublic, terminal, client}` serves it and answers with its row; `sources` is
 *             `[[path, bytes], …]`, or null where `entry` is a path of the session's files. A preview is a program:
 *             interrupting that ends it. A public one with a `client`, of that one's HELLO, ends when its terminals are gone
 * PUT /<n>    `{entry, sources}` serves these from now on as preview n
 */

import { DecodeError, decode } from '@msgpack/msgpack';
import * as v from 'valibot';
import { ProtocolError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { FileError } from '../files/file-system.ts';
import { parsePath } from '../files/paths.ts';
import type { SourceFile } from '../programs/program.ts';
import type { Previews } from '../session/previews.ts';
import { failureResponse } from './errors.ts';

export interface PreviewRoutesHost {
  readonly previews: Previews;
  /** False for a reader. */
  readonly mayWrite: boolean;
}

const text = v.pipe(v.string(), v.maxBytes(LIMITS.path));
const label = v.pipe(v.string(), v.maxBytes(LIMITS.label));
const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'Sources are bytes.');
const sources = v.pipe(v.array(v.tuple([text, bytes])), v.minLength(1), v.maxLength(LIMITS.programSourceFiles));
const start = v.strictObject({
  entry: text,
  sources: v.nullable(sources),
  place: v.pipe(label, v.minLength(1)),
  isPublic: v.boolean(),
  terminal: label,
  client: v.optional(v.nullable(label), null),
});
const replacement = v.strictObject({ entry: text, sources });
/** For paths and what else is around the sources. */
const overheadBytes = 6 * 1024 * 1024;

/** `rest`: what follows `previews` in the path. Never throws. */
export async function previewSessionRoutes(
  request: Request,
  rest: readonly string[],
  { previews, mayWrite }: PreviewRoutesHost,
): Promise<Response> {
  try {
    const [number] = rest;
    if (request.method === 'GET' && number === undefined) {
      const rows = await previews.list();
      return Response.json({ previews: mayWrite ? rows : rows.map((row) => ({ ...row, link: row.url })) });
    }
    const isStart = request.method === 'POST' && number === undefined;
    if (!isStart && (request.method !== 'PUT' || rest.length !== 1)) {
      throw new ProtocolError('METHOD_NOT_ALLOWED', `Previews have no method ${request.method} here.`);
    }
    if (!mayWrite) throw new ProtocolError('READ_ONLY', 'This token may only look at previews.');
    if (number === undefined) {
      const body = await readBody(request, start);
      const given = body.sources === null ? null : checkSources(body.entry, body.sources);
      return Response.json(await previews.start({ ...body, sources: given }), { status: 201 });
    }
    const body = await readBody(request, replacement);
    await previews.replace(programNumber(number), {
      entry: body.entry,
      sources: checkSources(body.entry, body.sources),
    });
    return new Response(null, { status: 204 });
  } catch (error) {
    return failureResponse(error);
  }
}

function programNumber(given: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new ProtocolError('BAD_REQUEST', `${given} is no number of a preview.`);
}

async function readBody<Schema extends v.GenericSchema>(
  request: Request,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > LIMITS.programSources + overheadBytes) throw tooLarge(body.length);
  try {
    return v.parse(schema, decode(body));
  } catch (error) {
    if (!(error instanceof v.ValiError || error instanceof DecodeError || error instanceof RangeError)) throw error;
    throw new ProtocolError('BAD_REQUEST', `This is not how a preview is asked for: ${error.message}`);
  }
}

function checkSources(entry: string, given: readonly (readonly [string, Uint8Array])[]): SourceFile[] {
  const paths = new Set(given.map(([path]) => path));
  if (paths.size < given.length) throw new ProtocolError('BAD_REQUEST', 'A source is given twice.');
  if (!paths.has(entry)) throw new ProtocolError('BAD_REQUEST', `The entry ${entry} is not among the sources.`);
  const size = given.reduce((sum, [, contents]) => sum + contents.length, 0);
  if (size > LIMITS.programSources) throw tooLarge(size);
  return given.map(([path, contents]) => {
    if (!isPlain(path)) throw new ProtocolError('BAD_REQUEST', `${JSON.stringify(path)} is no path of a source.`);
    return { path, bytes: contents };
  });
}

function isPlain(path: string): boolean {
  try {
    return path !== '' && parsePath(path) === path;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

function tooLarge(size: number): ProtocolError {
  return new ProtocolError('TOO_LARGE', `A preview may have ${LIMITS.programSources} bytes; this one has ${size}.`);
}
