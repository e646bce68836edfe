/** `sessions ls|rm`: the user's sessions. */

import * as v from 'valibot';
import { readJson, request } from '../access/rest.ts';
import { selectServer } from '../access/server.ts';
import { checkSession } from '../arguments/options.ts';
import { EXIT } from '../exit.ts';
import type { CommandBody } from './command.ts';

const listing = v.object({ sessions: v.array(v.object({ name: v.string(), createdAt: v.number() })) });

export const listSessions: CommandBody = async ({ options }, io) => {
  const response = await request(selectServer(options.url, io.env), '/v1/sessions');
  const { sessions } = await readJson(response, listing);
  const text = options.json ? `${JSON.stringify(sessions)}\n` : sessions.map(({ name }) => `${name}\n`).join('');
  await io.stdout.write(text);
  if (sessions.length === 0) io.inform('there are no sessions yet');
  return EXIT.ok;
};

export const removeSession: CommandBody = async ({ options, args }, io) => {
  const [name = ''] = args;
  checkSession(name);
  await request(selectServer(options.url, io.env), `/v1/sessions/${encodeURIComponent(name)}`, { method: 'DELETE' });
  return EXIT.ok;
};
