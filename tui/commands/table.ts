/** Every command: its name, what it takes, what `--help` says of it, and what does it. In the order of `--help`. */

import type { Command } from './command.ts';
import { FILES } from './table/files.ts';
import { NETWORK } from './table/network.ts';
import { RUNNING } from './table/running.ts';
import { SERVER } from './table/server.ts';
import { SESSIONS } from './table/sessions.ts';

export const COMMANDS: readonly Command[] = [...RUNNING, ...SESSIONS, ...FILES, ...NETWORK, ...SERVER];

/** What the first word of a two-word command does alone. */
export const GROUP_DEFAULTS: ReadonlyMap<string, Command> = new Map(
  ['sessions', 'files', 'network', 'server'].flatMap((group) => {
    const preferred = group === 'server' ? 'server status' : `${group} ls`;
    return COMMANDS.filter(({ name }) => name === preferred).map((command): [string, Command] => [group, command]);
  }),
);
