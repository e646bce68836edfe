/** The TUI on this process's terminal: the only part of the command line that loads Ink and React. */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { selectServer } from './access/server.ts';
import { runApp } from './app/main.tsx';
import type { Invocation } from './arguments/parse.ts';
import { SessionMirror } from './client/mirror.ts';
import type { OpenSocket } from './client/socket.ts';
import { openHistory } from './commands/history.ts';
import { listLocal } from './commands/local-files.ts';
import { SessionPreviews } from './commands/previews.ts';
import { localProgram } from './commands/run.ts';
import { SessionFiles } from './commands/session-files.ts';
import { dataDirectory } from './config.ts';
import { EXIT } from './exit.ts';
import { HistoryFile } from './history-file.ts';
import type { Io } from './io.ts';
import { nodeClock } from './node-clock.ts';
import { nodeSockets } from './node-socket.ts';
import type { NodeTerminal } from './node-terminal.ts';
import { endedError } from './plain/connect.ts';
import { terminalName } from './terminal-name.ts';
import { CLIENT_VERSION } from './version.ts';

/**
 * Resolves with the exit status once the person leaves. The session lives on. Throws `ExitError`, also when it is to exist
 * and does not.
 */
export async function openTui(
  invocation: Invocation,
  io: Io,
  terminal: NodeTerminal,
  isExisting: boolean,
): Promise<number> {
  const { options } = invocation;
  const server = selectServer(options.url, io.env);
  const { open, connected } = untilConnected(nodeSockets(server, options.session, isExisting));
  const files = new SessionFiles(invocation, io);
  const session = new SessionMirror(
    {
      open,
      clock: nodeClock,
      random: Math.random,
      client: randomUUID(),
      name: terminalName(),
      version: CLIENT_VERSION,
      readOnly: options.readOnly,
    },
    {
      history: openHistory(options, io),
      previews: new SessionPreviews(options, io),
      readFile: (path) => files.readAll(path),
      startServer: async () => void (await server.reach()),
      readLocalProgram: (file) => localProgram(file, null),
      localFiles: listLocal,
    },
  );
  session.start();
  await connected;
  const history = new HistoryFile(join(dataDirectory(io.env), 'history'));
  await runApp(terminal, session, {
    clock: nodeClock,
    history,
    language: options.language ?? 'ts',
    color: io.stdout.color,
  });
  session.close();
  return EXIT.ok;
}

/** The same factory of lines, and whether the first one could be had: the screen is only taken then. */
function untilConnected(open: OpenSocket): { open: OpenSocket; connected: Promise<void> } {
  let settle = { resolve: (): void => undefined, reject: (_: Error): void => undefined };
  const connected = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    connected,
    async open(handlers) {
      try {
        const socket = await open(handlers);
        settle.resolve();
        return socket;
      } catch (error) {
        settle.reject(endedError(error instanceof Error ? error : new Error(String(error))));
        throw error;
      }
    },
  };
}
