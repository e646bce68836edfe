/** `run FILE`, `-` and piped input: programs. */

import { readFile } from 'node:fs/promises';
import { LIMITS } from '../../protocol/limits.ts';
import type { Invocation } from '../arguments/parse.ts';
import { EXIT, ExitError } from '../exit.ts';
import type { Io } from '../io.ts';
import { programVerdict } from '../plain/outcomes.ts';
import { entryName } from './language.ts';
import { describeFileError } from './local-files.ts';
import { report, withSession } from './session.ts';
import type { CommandBody } from './table.ts';

export const runFile: CommandBody = async (invocation, io) => {
  const [file = ''] = invocation.args;
  if (file === '-') return runPipedProgram(invocation, io);
  let source: Uint8Array;
  try {
    source = await readFile(file);
  } catch (error) {
    throw new ExitError(EXIT.failure, `cannot read ${file}: ${describeFileError(error)}`);
  }
  return runProgram(invocation, io, file, source, io.stdin);
};

export const runPipedProgram: CommandBody = async (invocation, io) => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of io.stdin) {
    parts.push(part);
    bytes += part.length;
    if (bytes > LIMITS.programSources) break;
  }
  return runProgram(invocation, io, null, Buffer.concat(parts), null);
};

/** `file` is null for a program from standard input. */
function runProgram(
  invocation: Invocation,
  io: Io,
  file: string | null,
  source: Uint8Array,
  stdin: AsyncIterable<Uint8Array> | null,
): Promise<number> {
  if (source.length > LIMITS.programSources) {
    const limit = `${LIMITS.programSources / 1024 / 1024} MiB`;
    throw new ExitError(EXIT.failure, `${file ?? 'the program'} is too large: a program may have ${limit}`);
  }
  const { language, timeout } = invocation.options;
  const entry = entryName(file, new TextDecoder().decode(source.subarray(0, 1024)), language);
  const program = { entry, sources: [{ path: entry, bytes: source }], args: invocation.programArgs, env: [], timeout };
  return withSession(invocation, io, async (session) => {
    const outcome = await session.run({ ...program, stdin });
    return report(programVerdict(outcome, session.wasInterrupted), io);
  });
}
