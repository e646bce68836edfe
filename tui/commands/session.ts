/** What the commands that talk to a session share. */

import type { InputOutcome, ProgramOutcome } from '../../protocol/events.ts';
import { selectServer } from '../access/server.ts';
import type { Invocation } from '../arguments/parse.ts';
import { SGR_PATTERN } from '../client/sgr.ts';
import type { Io } from '../io.ts';
import { nodeClock } from '../node-clock.ts';
import { nodeSockets } from '../node-socket.ts';
import { interruptible } from '../plain/interruptible.ts';
import type { Verdict } from '../plain/outcomes.ts';
import { PlainSession } from '../plain/plain-session.ts';
import { textFor } from '../plain/terminal-text.ts';

/**
 * Runs `work` in the invocation's session; signals interrupt what it has under way. `readsStdin`: inputs may ask for lines
 * of standard input. `endsWithTerminal`: see `interruptible`. Resolves with the exit status.
 */
export function withSession(
  { options }: Invocation,
  io: Io,
  work: (session: PlainSession) => Promise<number>,
  { readsStdin = false, endsWithTerminal = false } = {},
): Promise<number> {
  const server = selectServer(options.url, io.env);
  const open = nodeSockets(server, options.session);
  const session = new PlainSession({ open, session: options.session, clock: nodeClock, readsStdin }, io);
  return interruptible(session, io, () => work(session), endsWithTerminal).finally(() => session.close());
}

/** How something ended, for programs: the last line of stdout. */
export async function printOutcome(outcome: InputOutcome | ProgramOutcome, io: Io): Promise<void> {
  // What a terminal would colour is plain text.
  const plain = 'text' in outcome ? { ...outcome, text: outcome.text.replace(SGR_PATTERN, '') } : outcome;
  await io.stdout.write(`${io.stdout.isAtLineStart ? '' : '\n'}${JSON.stringify(plain)}\n`);
}

/** Says what there is to say of an ending; returns its exit status. */
export function report({ status, error, message, note }: Verdict, io: Io): number {
  if (error !== undefined) void io.stderr.write(`${textFor(io.stderr, error)}\n`);
  if (message !== undefined) io.warn(textFor(io.stderr, message));
  if (note !== undefined) io.inform(note);
  return status;
}
