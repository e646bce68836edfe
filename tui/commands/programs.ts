/** `ps` and `kill ID`: the running programs of a session. */

import { selectServer } from '../access/server.ts';
import type { Invocation } from '../arguments/parse.ts';
import { EXIT, ExitError, usageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { nodeSockets } from '../node-socket.ts';
import { RunningPrograms } from '../plain/running-programs.ts';
import { nameFor } from '../plain/terminal-text.ts';
import type { CommandBody } from './command.ts';
import { SessionPreviews } from './previews.ts';

export const listPrograms: CommandBody = async (invocation, io) => {
  const programs = new RunningPrograms(openSockets(invocation, io), true);
  try {
    const previews = await new SessionPreviews(invocation.options, io).list();
    const rows = [];
    for (const id of await programs.running()) {
      const { at, entry, args } = (await programs.start(id)) ?? {};
      const link = previews.find(({ program }) => program === id)?.link;
      rows.push({ id, started: at === undefined ? null : new Date(at).toISOString(), command: entry, args, link });
    }
    const lines = rows.map(({ id, started, command = '', args = [], link }) =>
      [
        id,
        started ?? '-',
        nameFor(io.stdout, [command, ...args].join(' ')),
        ...(link === undefined ? [] : [link]),
      ].join('  '),
    );
    await io.stdout.write(invocation.options.json ? `${JSON.stringify(rows)}\n` : lines.map((l) => `${l}\n`).join(''));
    if (rows.length === 0) io.inform('no program is running');
    return EXIT.ok;
  } finally {
    programs.close();
  }
};

export const killProgram: CommandBody = async (invocation, io) => {
  const [text = ''] = invocation.args;
  if (!/^\d{1,15}$/.test(text)) throw usageError(`'${text}' is no program: kill takes an ID of spawnpoint-cf ps`);
  const id = Number(text);
  const programs = new RunningPrograms(openSockets(invocation, io), false);
  try {
    if (!(await programs.running()).includes(id)) throw new ExitError(EXIT.failure, `no program ${id} is running`);
    await programs.kill(id);
    return EXIT.ok;
  } finally {
    programs.close();
  }
};

function openSockets({ options }: Invocation, io: Io) {
  return nodeSockets(selectServer(options.url, io.env), options.session, true);
}
