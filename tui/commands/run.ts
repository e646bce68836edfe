/** `run FILE`, `-` and piped input: programs. */

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { LIMITS } from '../../protocol/limits.ts';
import type { Language } from '../arguments/options.ts';
import type { Invocation } from '../arguments/parse.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { Io } from '../io.ts';
import { programVerdict } from '../plain/outcomes.ts';
import type { PlainSession } from '../plain/plain-session.ts';
import type { CommandBody } from './command.ts';
import { entryName } from './language.ts';
import { describeFileError } from './local-files.ts';
import { gatherSources, type ProgramSources } from './program-sources.ts';
import { printOutcome, report, withSession } from './session.ts';

export const runFile: CommandBody = async (invocation, io) => {
  const [file = ''] = invocation.args;
  if (file === '-') return runPipedProgram(invocation, io);
  const sources = await localProgram(file, invocation.options.language);
  return withSession(invocation, io, (session) => runIn(session, invocation, io, sources, io.stdin));
};

/**
 * A local file with what it imports; if there is none, the file of the session with that name. `language`: null for what
 * its name or its `#!` line says. Throws `ExitError` when it cannot be read or is too large.
 */
export async function localProgram(file: string, language: Language | null): Promise<ProgramSources> {
  const source = await readLocal(file);
  if (source === null) return { entry: sessionPath(file), sources: [] };
  return gatherSources(file, source, nameOf(file, source, language));
}

/** The path of a file of the session. Throws `ExitError` for one that cannot be there. */
export function sessionPath(file: string): string {
  const path = posix.normalize(file).replace(/^\/home\/user\//, '');
  if (/^(\/|\.\.(\/|$))/.test(path)) {
    throw new ExitError(EXIT.failure, `cannot read ${file}: there is no such file or directory`);
  }
  return path;
}

/** Null if there is no such file here: then it is one of the session. */
async function readLocal(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new ExitError(EXIT.failure, `cannot read ${file}: ${describeFileError(error)}`);
  }
}

export const runPipedProgram: CommandBody = (invocation, io) =>
  // Attached while the program is read: neither waits for the other.
  withSession(invocation, io, async (session) => {
    if (io.stdin.isTTY) io.inform('type a program; Ctrl-D on a line of its own runs it');
    const source = await readPiped(io.stdin);
    const entry = nameOf(null, source, invocation.options.language);
    return runIn(session, invocation, io, { entry, sources: [{ path: entry, bytes: source }] }, null);
  });

/** Throws `ExitError` for more than a program may have. */
async function readPiped(stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of stdin) {
    parts.push(part);
    bytes += part.length;
    if (bytes > LIMITS.programSources) {
      const limit = `${LIMITS.programSources / 1024 / 1024} MiB`;
      throw new ExitError(EXIT.failure, `the program is too large: a program may have ${limit}`);
    }
  }
  return Buffer.concat(parts);
}

/** `file` is null for a program from standard input. */
export function nameOf(file: string | null, source: Uint8Array, language: Language | null): string {
  return entryName(file, new TextDecoder().decode(source.subarray(0, 1024)), language);
}

async function runIn(
  session: PlainSession,
  { options, programArgs }: Invocation,
  io: Io,
  sources: ProgramSources,
  stdin: AsyncIterable<Uint8Array> | null,
): Promise<number> {
  const { env, timeout } = options;
  const outcome = await session.run({ ...sources, args: programArgs, env, timeout, stdin });
  if (options.json) await printOutcome(outcome, io);
  return report(programVerdict(outcome, session.wasInterrupted), io);
}
