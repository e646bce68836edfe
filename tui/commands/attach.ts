/** `attach`: another terminal on a session; where there is no terminal to draw on, its log as text or JSON. */

import { selectServer } from '../access/server.ts';
import { checkSession } from '../arguments/options.ts';
import { EXIT } from '../exit.ts';
import { nodeSockets } from '../node-socket.ts';
import { interruptible } from '../plain/interruptible.ts';
import { LogFollower } from '../plain/log-follower.ts';
import { LogJson } from '../plain/log-json.ts';
import { LogText } from '../plain/log-text.ts';
import type { CommandBody } from './command.ts';
import { onTerminal } from './on-terminal.ts';

export const runAttach: CommandBody = async (given, io) => {
  const session = given.args[0] ?? given.options.session;
  checkSession(session);
  const options = { ...given.options, session };
  if (io.stdin.isTTY && io.stdout.isTty && io.env.TERM !== 'dumb' && !options.json) {
    return onTerminal({ ...given, options }, io, true);
  }
  const open = nodeSockets(selectServer(options.url, io.env), session, true);
  const follower = new LogFollower(open, io, options.json ? new LogJson(io.stdout) : new LogText(io.stdout));
  const late = new Promise<number>((resolve) => {
    if (options.timeout !== null) setTimeout(() => resolve(EXIT.timeout), options.timeout * 1000);
  });
  return interruptible({ interrupt: () => false }, io, () => Promise.race([follower.followed, late]));
};
