/** `network ls`, `allow`, `deny`, `rm`, `reset` and `log`: what the code of a session may call, and what it has called. */

import * as v from 'valibot';
import { readJson, request } from '../access/rest.ts';
import { selectServer } from '../access/server.ts';
import type { Options } from '../arguments/options.ts';
import { EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { textFor } from '../plain/terminal-text.ts';
import type { CommandBody } from './command.ts';

const listShape = v.object({ allow: v.array(v.string()), deny: v.array(v.string()) });
const entryShape = v.object({
  at: v.number(),
  cause: v.object({ kind: v.picklist(['input', 'program', 'background']), number: v.number() }),
  method: v.string(),
  host: v.string(),
  port: v.number(),
  outcome: v.union([v.number(), v.string()]),
});

type List = v.InferOutput<typeof listShape>;
type Entry = v.InferOutput<typeof entryShape>;

const DEFAULT_ENTRIES = 100;

export const list: CommandBody = async ({ options }, io) => {
  const answer = await readJson(await request(server(options, io), path(options)), listShape);
  await print(io, options, answer, listLines(answer));
  if (listLines(answer).length === 0) io.inform('all public hosts may be called');
  return EXIT.ok;
};

export const allow = changer((hosts) => ({ op: 'allow', hosts }));
export const deny = changer((hosts) => ({ op: 'deny', hosts }));
export const remove = changer((hosts) => ({ op: 'remove', hosts }));
export const reset = changer(() => ({ op: 'reset' }));

export const log: CommandBody = async ({ options }, io) => {
  const query = { log: String(options.limit ?? DEFAULT_ENTRIES) };
  const response = await request(server(options, io), path(options), { query });
  const { entries } = await readJson(response, v.object({ entries: v.array(entryShape) }));
  if (options.json) for (const entry of entries) await io.stdout.write(`${JSON.stringify(entry)}\n`);
  else await print(io, options, {}, entries.map(entryLine));
  if (entries.length === 0) io.inform('nothing has been called yet');
  return EXIT.ok;
};

/** The body of a command that changes the list. */
function changer(operation: (hosts: readonly string[]) => object): CommandBody {
  return async ({ options, args }, io) => {
    const response = await request(server(options, io), path(options), { method: 'POST', json: operation(args) });
    const answer = await readJson(response, listShape);
    await print(io, options, answer, []);
    io.inform(
      listLines(answer).length === 0
        ? 'all public hosts may be called'
        : `${listLines(answer).join('; ')}. Programs that run keep the list that they began with`,
    );
    return EXIT.ok;
  };
}

function listLines({ allow, deny }: List): string[] {
  return [...allow.map((host) => `allow ${host}`), ...deny.map((host) => `deny ${host}`)];
}

function entryLine({ at, cause, method, host, port, outcome }: Entry): string {
  const who = cause.kind === 'background' ? cause.kind : `${cause.kind} ${cause.number}`;
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `${new Date(at).toISOString()}  ${who.padEnd(12)}  ${method.padEnd(6)}  ${target}  ${outcome}`;
}

function server({ url }: Options, io: Io) {
  return selectServer(url, io.env);
}

function path({ session }: Options): string {
  return `/v1/sessions/${session}/network`;
}

function print(io: Io, { json }: Options, value: object, lines: readonly string[]): Promise<void> | undefined {
  const text = json ? JSON.stringify(value) : textFor(io.stdout, lines.join('\n'));
  return io.stdout.write(text === '' ? '' : `${text}\n`);
}
