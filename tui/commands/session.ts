/** What the commands that talk to a session share. */

import { selectServer } from '../access/server.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';
import { nodeSockets } from '../node-socket.ts';
import { interruptible } from '../plain/interruptible.ts';
import type { Verdict } from '../plain/outcomes.ts';
import { PlainSession } from '../plain/plain-session.ts';
import { textFor } from '../plain/terminal-text.ts';

/** Runs `work` in the invocation's session; signals interrupt what it has under way.
 * `readsStdin`: inputs may ask for lines of standard input. Resolves with the exit status. */
export function withSession(
  { options }: Invocation,
  io: Io,
  work: (session: PlainSession) => Promise<number>,
  { readsStdin = false } = {},
): Promise<number> {
  const server = selectServer(options.url, io.env);
  const session = new PlainSession(nodeSockets(server, options.session), io, readsStdin);
  return interruptible(session, io, () => work(session)).finally(() => session.close());
}

/** Says what there is to say of an ending; returns its exit status. */
export function report({ status, error, message, note }: Verdict, io: Io): number {
  if (error !== undefined) void io.stderr.write(`${textFor(io.stderr, error)}\n`);
  if (message !== undefined) io.warn(textFor(io.stderr, message));
  if (note !== undefined) io.inform(note);
  return status;
}
