/** `history`, `undo`, `redo`, `goto`, `checkpoint`, `restore`, `reset`, `replay`, `diff` and `sessions fork`: a session through time. */

import { readJson, request } from '../access/rest.ts';
import { selectServer } from '../access/server.ts';
import { differenceLines, historyLines } from '../app/history-text.ts';
import { checkSession, type Options } from '../arguments/options.ts';
import { type Move, SessionHistory } from '../client/history.ts';
import { movedText, replayedText } from '../client/history-words.ts';
import { EXIT, usageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { textFor } from '../plain/terminal-text.ts';
import { terminalName } from '../terminal-name.ts';
import type { CommandBody } from './command.ts';

const DEFAULT_ENTRIES = 100;

/** The history of the session that the options name, or of another one. Throws `ExitError`, and so do its methods. */
export function openHistory(options: Options, io: Io, session = options.session): SessionHistory {
  const server = selectServer(options.url, io.env);
  return new SessionHistory(
    async (path, schema, { query, json }) => {
      const how = { ...(query === undefined ? {} : { query }), ...(json === undefined ? {} : { json }) };
      return readJson(await request(server, path, { method: json === undefined ? 'GET' : 'POST', ...how }), schema);
    },
    session,
    terminalName(),
  );
}

export const showHistory: CommandBody = async ({ options }, io) => {
  const history = await openHistory(options, io).list(options.limit ?? DEFAULT_ENTRIES);
  const lines = historyLines(history);
  await print(io, options, history, lines);
  if (lines.length === 0) io.inform('there is no revision yet');
  return EXIT.ok;
};

export const undo = mover(() => ({ op: 'undo' }));
export const redo = mover(() => ({ op: 'redo' }));
export const goTo = mover(([revision = '']) => ({ op: 'goto', revision: parseNumber(revision, 'revision') }));
export const restore = mover(([name = '']) => ({ op: 'restore', name }));
export const reset = mover(() => ({ op: 'reset' }));

export const replay: CommandBody = async ({ options, args: [from] }, io) => {
  const replayed = await openHistory(options, io).replay(from === undefined ? null : parseNumber(from, 'input'));
  await print(io, options, replayed, []);
  io.inform(replayedText(replayed));
  return replayed.stoppedAt === null ? EXIT.ok : EXIT.failure;
};

export const checkpoint: CommandBody = async ({ options, args: [name = ''] }, io) => {
  const revision = await openHistory(options, io).checkpoint(name, options.force);
  await print(io, options, { revision, name }, []);
  io.inform(`checkpoint ${name} is revision ${revision}`);
  return EXIT.ok;
};

export const diff: CommandBody = async ({ options, args: [from = '', to] }, io) => {
  const ends = [parseNumber(from, 'revision'), to === undefined ? null : parseNumber(to, 'revision')] as const;
  const difference = await openHistory(options, io).difference(...ends);
  const lines = differenceLines(difference);
  await print(io, options, difference, lines);
  if (lines.length === 0) io.inform(`nothing differs between revisions ${difference.from} and ${difference.to}`);
  return EXIT.ok;
};

export const forkSession: CommandBody = async ({ options, args: [source = '', target = ''] }, io) => {
  checkSession(source);
  checkSession(target);
  await openHistory(options, io, source).fork(target, options.at);
  await print(io, options, { session: target }, []);
  io.inform(`session ${target} goes on from ${source}${options.at === null ? '' : ` at revision ${options.at}`}`);
  return EXIT.ok;
};

/** The body of a command that makes the state of another revision the session's. */
function mover(moveOf: (args: readonly string[]) => Move): CommandBody {
  return async ({ options, args }, io) => {
    const move = moveOf(args);
    const moved = await openHistory(options, io).move(move);
    await print(io, options, moved, []);
    io.inform(movedText({ ...moved, how: move.op, name: move.op === 'restore' ? move.name : null }));
    return EXIT.ok;
  };
}

/** Throws `ExitError` (usage). */
function parseNumber(text: string, what: 'revision' | 'input'): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`'${text}' is no ${what}: give a number that spawnpoint-cf history shows`);
}

function print(io: Io, { json }: Options, value: object, lines: readonly string[]): Promise<void> | undefined {
  const text = json ? JSON.stringify(value) : textFor(io.stdout, lines.join('\n'));
  return io.stdout.write(text === '' ? '' : `${text}\n`);
}
