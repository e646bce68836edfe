/**
 * What a program may ask of its session while it is built and runs, and how it changes the session's files. Asks go
 * from the runner to the session as records (records.ts), answers come back in the body of the request (answers.ts): a
 * runner has no way into a session but this connection, which ends with the run.
 */

import * as v from 'valibot';

const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Bytes that are asked for at once. */
export const maxPartBytes = 4 * 1024 * 1024;

/** Paths are session paths, as in files/file-system.ts. */
export const askShape = v.variant('kind', [
  /** The next bytes of standard input; answered by nothing at its end. */
  v.object({ kind: v.literal('stdin') }),
  /** The first of these session files that there is: a `SessionFile`; answered by nothing if there is none. */
  v.object({ kind: v.literal('file'), paths: v.array(v.string()) }),
  /** These bytes of a session file, fewer at its end; answered by nothing if there is no such file. */
  v.object({
    kind: v.literal('part'),
    path: v.string(),
    offset: count,
    length: v.pipe(count, v.maxValue(maxPartBytes)),
  }),
  /** Every file and directory of the session: a `Snapshot`. */
  v.object({ kind: v.literal('snapshot') }),
  /** A module of the network: a `RemoteModule`. */
  v.object({ kind: v.literal('module'), url: v.string() }),
]);

export type Ask = v.InferOutput<typeof askShape>;

/** The answer to an ask for a file. */
export const sessionFileShape = v.object({ path: v.string(), bytes });

export type SessionFile = v.InferOutput<typeof sessionFileShape>;

/** What a file operation of a program comes down to; see `FileSystem`. */
export const changeShape = v.variant('op', [
  v.object({ op: v.literal('write'), path: v.string(), bytes }),
  v.object({ op: v.literal('writeAt'), path: v.string(), offset: count, bytes }),
  v.object({ op: v.literal('directory'), path: v.string() }),
  v.object({ op: v.literal('remove'), path: v.string() }),
]);

export type Change = v.InferOutput<typeof changeShape>;

/** The files that a program finds at `/home/user`. */
export const snapshotShape = v.object({
  /** Of the session: what was handed over to it before that revision is in there. */
  revision: count,
  /** Parents before what is in them. */
  files: v.array(
    v.object({
      path: v.string(),
      kind: v.picklist(['file', 'directory']),
      size: count,
      /** Milliseconds since the epoch. */
      modifiedAt: v.number(),
      /** Null for a directory, and for a file that is beyond what is sent ahead: it is asked for when it is needed. */
      bytes: v.nullable(bytes),
    }),
  ),
});

export type Snapshot = v.InferOutput<typeof snapshotShape>;

/** A module as the network gave it. */
export const remoteModuleShape = v.object({
  /** Where it was found, after redirects: what its relative imports start from. */
  url: v.string(),
  contentType: v.string(),
  bytes,
});

export type RemoteModule = v.InferOutput<typeof remoteModuleShape>;
