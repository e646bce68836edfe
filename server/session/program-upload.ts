/** Receives a program: the RUN message says what comes, its sources follow on a data channel one after the other. */

import type { ClientBody } from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { concatBytes } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { FileError } from '../files/file-system.ts';
import { parsePath } from '../files/paths.ts';
import type { SourceFile } from '../programs/program.ts';
import type { ProgramRequest } from './programs.ts';
import { emptyStdin, openStdin } from './stdin.ts';
import type { Uploads } from './uploads.ts';

export interface ProgramReceiver {
  /** False if it does not start, because it was accepted before. */
  start(spec: ProgramRequest, stdin: ReadableStream<Uint8Array>): boolean;
  /** The client may send its standard input up to this offset. */
  grantStdin(channel: number, through: number): void;
  fail(error: ProtocolError): void;
}

/**
 * Opens the channels of a RUN and starts the program once its sources are complete. Throws `ProtocolError` for a bad RUN.
 * Of a program that does not start, no channel stays open.
 */
export function receiveProgram(uploads: Uploads, run: ClientBody<'run'>, receiver: ProgramReceiver): void {
  const total = check(run);
  const parts: Uint8Array[] = [];
  let received = 0;

  uploads.open(run.channel, {
    push(part, last) {
      received += part.length;
      if (received > total || (last && received < total)) {
        throw new ProtocolError('BAD_FRAME', `The sources have ${total} bytes by the RUN message; others came.`);
      }
      parts.push(part.slice());
      if (last) start();
    },
    abandon: () => undefined,
  });
  const stdin = openInput(uploads, run, receiver);

  function start(): void {
    const spec = {
      entry: run.entry,
      sources: slice(run.sources, concatBytes(parts)),
      args: run.args,
      env: Object.fromEntries(run.env),
      timeoutSeconds: run.timeout,
    };
    try {
      if (receiver.start(spec, stdin)) return;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      receiver.fail(error);
    }
    if (run.stdin !== null) uploads.close(run.stdin);
  }
}

/** The standard input of the program; if its channel cannot be had, the one of the sources is closed again. */
function openInput(uploads: Uploads, run: ClientBody<'run'>, receiver: ProgramReceiver): ReadableStream<Uint8Array> {
  const channel = run.stdin;
  if (channel === null) return emptyStdin();
  const { sink, stream } = openStdin((through) => receiver.grantStdin(channel, through));
  try {
    uploads.open(channel, sink);
  } catch (error) {
    uploads.close(run.channel);
    throw error;
  }
  return stream;
}

/** Returns the bytes of all sources. */
function check({ entry, sources, args, env }: ClientBody<'run'>): number {
  const paths = new Set(sources.map(([path]) => path));
  if (paths.size < sources.length) throw new ProtocolError('BAD_REQUEST', 'A source of the program is given twice.');
  for (const path of paths.add(entry)) checkPath(path);
  const total = sources.reduce((sum, [, size]) => sum + size, 0);
  if (total > LIMITS.programSources) {
    throw new ProtocolError(
      'TOO_LARGE',
      `The sources of a program may have ${LIMITS.programSources} bytes; these have ${total}.`,
    );
  }
  const words = [...args, ...env.flat()];
  const wordBytes = words.reduce((sum, word) => sum + new TextEncoder().encode(word).length, 0);
  if (wordBytes > LIMITS.programArgumentBytes) {
    throw new ProtocolError(
      'TOO_LARGE',
      `Arguments and environment may have ${LIMITS.programArgumentBytes} bytes; these have ${wordBytes}.`,
    );
  }
  return total;
}

function checkPath(path: string): void {
  try {
    if (parsePath(path) === path && path !== '') return;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
  throw new ProtocolError(
    'BAD_REQUEST',
    `${JSON.stringify(path)} is no path of a source: it must be relative and plain.`,
  );
}

function slice(sources: ClientBody<'run'>['sources'], bytes: Uint8Array): SourceFile[] {
  let at = 0;
  return sources.map(([path, size]) => {
    const file = { path, bytes: bytes.subarray(at, at + size) };
    at += size;
    return file;
  });
}
