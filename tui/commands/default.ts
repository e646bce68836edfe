/** `spawnpoint-cf` without a command: `-e`, `-p`, piped input as a program, and on a terminal the TUI. */

import { usageError } from '../exit.ts';
import type { CommandBody } from './command.ts';
import { evaluate } from './evaluate.ts';
import { onTerminal } from './on-terminal.ts';
import { runPipedProgram } from './run.ts';

export const runDefault: CommandBody = async (invocation, io) => {
  const { eval: code, print } = invocation.options;
  if (code !== null && print !== null) throw usageError('give either -e or -p');
  if (code !== null || print !== null) {
    return evaluate(invocation, io, code ?? print ?? '', print !== null);
  }
  if (!io.stdin.isTTY) {
    return runPipedProgram(invocation, io);
  }
  if (!io.stdout.isTty) {
    throw usageError('standard output is no terminal; pipe a program in, or use -e or -p (see spawnpoint-cf --help)');
  }
  if (io.env.TERM === 'dumb') {
    throw usageError(
      'this terminal (TERM=dumb) cannot show the session; use -e and -p, or repl with inputs from a pipe',
    );
  }
  return onTerminal(invocation, io);
};
