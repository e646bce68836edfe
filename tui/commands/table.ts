/** Every command: its name, what it takes, what `--help` says of it, and what does it. */

import type { OptionName } from '../arguments/options.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';
import { runAttach } from './attach.ts';
import { printCompletion } from './completion.ts';
import { runDefault } from './default.ts';
import * as files from './files.ts';
import * as history from './history.ts';
import * as network from './network.ts';
import { killProgram, listPrograms } from './programs.ts';
import { runRepl } from './repl.ts';
import { runFile, runPipedProgram } from './run.ts';
import { servePreview } from './serve.ts';
import * as server from './server.ts';
import { listSessions, removeSession } from './sessions.ts';
import * as transfer from './transfer.ts';

/** Does the command. Resolves with the exit status; throws `ExitError`. */
export type CommandBody = (invocation: Invocation, io: Io) => Promise<number>;

export interface Command {
  /** One or two words; empty for what happens without any. */
  readonly name: string;
  /** Its arguments, as usage lines show them. */
  readonly synopsis: string;
  readonly summary: string;
  /** Besides the global ones. */
  readonly options: readonly OptionName[];
  /** The least and the most arguments that it takes. */
  readonly arguments: readonly [least: number, most: number];
  /** Everything after its last argument belongs to the program that it runs. */
  readonly passesArguments?: true;
  readonly examples?: readonly string[];
  readonly run: CommandBody;
}

export const COMMANDS: readonly Command[] = [
  {
    name: '',
    synopsis: '[-e CODE | -p CODE]',
    summary: 'open the session; with piped input, run it as a program',
    options: ['eval', 'print'],
    arguments: [0, 0],
    run: runDefault,
  },
  {
    name: '-',
    synopsis: '[ARGS…]',
    summary: 'run standard input as a program',
    options: [],
    arguments: [0, 0],
    passesArguments: true,
    examples: ["echo 'console.log(6 * 7)' | spawnpoint-cf -"],
    run: runPipedProgram,
  },
  {
    name: 'run',
    synopsis: 'FILE [ARGS…]',
    summary: 'run a local file, with what it imports, or a file of the session',
    options: [],
    arguments: [1, 1],
    passesArguments: true,
    examples: ['spawnpoint-cf run main.ts --verbose < data.csv'],
    run: runFile,
  },
  {
    name: 'repl',
    synopsis: '',
    summary: 'feed stdin to the live kernel, input by input',
    options: ['keep-going'],
    arguments: [0, 0],
    examples: ['spawnpoint-cf repl < inputs.txt'],
    run: runRepl,
  },
  {
    name: 'attach',
    synopsis: '[SESSION]',
    summary: 'another terminal on a session; piped, its log as text or --json',
    options: ['read-only'],
    arguments: [0, 1],
    examples: ['spawnpoint-cf attach --read-only', 'spawnpoint-cf attach main --json | jq .event'],
    run: runAttach,
  },
  {
    name: 'serve',
    synopsis: 'FILE|DIRECTORY',
    summary: 'serve a fetch handler, or a page with its files, at an address of its own; reloads',
    options: ['public'],
    arguments: [1, 1],
    examples: ['spawnpoint-cf serve app.ts', 'spawnpoint-cf serve --public site/index.html'],
    run: servePreview,
  },
  {
    name: 'ps',
    synopsis: '',
    summary: 'list the running programs',
    options: [],
    arguments: [0, 0],
    run: listPrograms,
  },
  {
    name: 'kill',
    synopsis: 'ID',
    summary: 'end a program',
    options: [],
    arguments: [1, 1],
    run: killProgram,
  },
  {
    name: 'sessions ls',
    synopsis: '',
    summary: 'list your sessions',
    options: [],
    arguments: [0, 0],
    run: listSessions,
  },
  {
    name: 'sessions rm',
    synopsis: 'NAME',
    summary: 'remove a session with everything in it',
    options: [],
    arguments: [1, 1],
    run: removeSession,
  },
  {
    name: 'sessions fork',
    synopsis: 'SRC DST',
    summary: 'make session DST with all that SRC has; SRC goes on (--at N: as it was)',
    options: ['at'],
    arguments: [2, 2],
    examples: ['spawnpoint-cf sessions fork main experiment --at 12'],
    run: history.forkSession,
  },
  {
    name: 'history',
    synopsis: '',
    summary: 'list the revisions of the session, newest first',
    options: ['limit'],
    arguments: [0, 0],
    examples: ['spawnpoint-cf history -n 10'],
    run: history.showHistory,
  },
  {
    name: 'undo',
    synopsis: '',
    summary: 'go back before the last step: variables, files and kv together',
    options: [],
    arguments: [0, 0],
    run: history.undo,
  },
  {
    name: 'redo',
    synopsis: '',
    summary: 'go forward again after an undo',
    options: [],
    arguments: [0, 0],
    run: history.redo,
  },
  {
    name: 'goto',
    synopsis: 'N',
    summary: 'go to revision N; 0 is the empty beginning',
    options: [],
    arguments: [1, 1],
    run: history.goTo,
  },
  {
    name: 'checkpoint',
    synopsis: 'NAME',
    summary: 'name the newest revision; it is kept from then on',
    options: [],
    arguments: [1, 1],
    examples: ['spawnpoint-cf checkpoint before-cleanup', 'spawnpoint-cf restore before-cleanup'],
    run: history.checkpoint,
  },
  {
    name: 'restore',
    synopsis: 'NAME',
    summary: 'go to a checkpoint',
    options: [],
    arguments: [1, 1],
    run: history.restore,
  },
  {
    name: 'reset',
    synopsis: '',
    summary: 'begin anew with empty variables; files and kv stay',
    options: [],
    arguments: [0, 0],
    run: history.reset,
  },
  {
    name: 'replay',
    synopsis: '[N]',
    summary: 'run the recorded inputs again in empty variables (N: go on from input N)',
    options: [],
    arguments: [0, 1],
    run: history.replay,
  },
  {
    name: 'diff',
    synopsis: 'N [M]',
    summary: 'show what changed from revision N to M, or to the newest',
    options: [],
    arguments: [1, 2],
    run: history.diff,
  },
  {
    name: 'files ls',
    synopsis: '[PATH]',
    summary: 'list a directory',
    options: ['recursive'],
    arguments: [0, 1],
    run: files.list,
  },
  {
    name: 'files tree',
    synopsis: '[PATH]',
    summary: 'show a directory with everything in it',
    options: [],
    arguments: [0, 1],
    run: files.tree,
  },
  {
    name: 'files cat',
    synopsis: 'PATH',
    summary: 'print a file',
    options: [],
    arguments: [1, 1],
    run: transfer.cat,
  },
  {
    name: 'files get',
    synopsis: 'REMOTE [LOCAL|-]',
    summary: 'copy a file from the session',
    options: [],
    arguments: [1, 2],
    examples: ['spawnpoint-cf files get results/data.csv', 'spawnpoint-cf files get data.csv - | wc -l'],
    run: transfer.get,
  },
  {
    name: 'files put',
    synopsis: 'LOCAL|- REMOTE',
    summary: 'copy a file into the session; makes its directories',
    options: [],
    arguments: [2, 2],
    examples: ['spawnpoint-cf files put notes.md docs/notes.md', 'date | spawnpoint-cf files put - today.txt'],
    run: transfer.put,
  },
  {
    name: 'files rm',
    synopsis: 'PATH',
    summary: 'remove a file, or a directory (-r: with everything in it)',
    options: ['recursive'],
    arguments: [1, 1],
    run: files.remove,
  },
  {
    name: 'files mv',
    synopsis: 'FROM TO',
    summary: 'move or rename a file or directory',
    options: [],
    arguments: [2, 2],
    run: files.move,
  },
  {
    name: 'files cp',
    synopsis: 'FROM TO',
    summary: 'copy a file or directory within the session',
    options: [],
    arguments: [2, 2],
    run: files.copy,
  },
  {
    name: 'files mkdir',
    synopsis: 'PATH',
    summary: 'make a directory, with its parents',
    options: [],
    arguments: [1, 1],
    run: files.makeDirectory,
  },
  {
    name: 'files stat',
    synopsis: 'PATH',
    summary: 'show kind, size and time of change',
    options: [],
    arguments: [1, 1],
    run: files.stat,
  },
  {
    name: 'files du',
    synopsis: '[PATH]',
    summary: 'show how many bytes each directory holds',
    options: [],
    arguments: [0, 1],
    run: files.usage,
  },
  {
    name: 'network ls',
    synopsis: '',
    summary: "list which hosts the session's code may or may not call; none: all public ones",
    options: [],
    arguments: [0, 0],
    run: network.list,
  },
  {
    name: 'network allow',
    synopsis: 'HOST…',
    summary: "let the session's code call these hosts, and no others (owner only)",
    options: [],
    arguments: [1, 100],
    examples: ['spawnpoint-cf network allow api.example.com "*.example.org:443"'],
    run: network.allow,
  },
  {
    name: 'network deny',
    synopsis: 'HOST…',
    summary: "keep the session's code from calling these hosts; '*' is all (owner only)",
    options: [],
    arguments: [1, 100],
    examples: ["spawnpoint-cf network deny '*'"],
    run: network.deny,
  },
  {
    name: 'network rm',
    synopsis: 'HOST…',
    summary: 'take hosts off both lists (owner only)',
    options: [],
    arguments: [1, 100],
    run: network.remove,
  },
  {
    name: 'network reset',
    synopsis: '',
    summary: 'empty both lists: all public hosts may be called (owner only)',
    options: [],
    arguments: [0, 0],
    run: network.reset,
  },
  {
    name: 'network log',
    synopsis: '',
    summary: "list the newest requests of the session's code: when, who, where to, what came of it",
    options: ['limit'],
    arguments: [0, 0],
    examples: ['spawnpoint-cf network log -n 20', 'spawnpoint-cf network log --json | jq .host'],
    run: network.log,
  },
  {
    name: 'server start',
    synopsis: '',
    summary: 'start the embedded server, if it is not running',
    options: [],
    arguments: [0, 0],
    run: server.start,
  },
  {
    name: 'server stop',
    synopsis: '',
    summary: 'stop the embedded server; sessions keep their state',
    options: [],
    arguments: [0, 0],
    run: server.stop,
  },
  {
    name: 'server status',
    synopsis: '',
    summary: 'tell whether the embedded server runs; exit status 1 if not',
    options: [],
    arguments: [0, 0],
    run: server.status,
  },
  {
    name: 'server logs',
    synopsis: '',
    summary: "print the embedded server's log",
    options: [],
    arguments: [0, 0],
    run: server.logs,
  },
  {
    name: 'completion',
    synopsis: 'bash|zsh',
    summary: 'print a completion script for the shell',
    options: [],
    arguments: [1, 1],
    examples: ['source <(spawnpoint-cf completion bash)'],
    run: printCompletion,
  },
];

/** What the first word of a two-word command does alone. */
export const GROUP_DEFAULTS: ReadonlyMap<string, Command> = new Map(
  ['sessions', 'files', 'network', 'server'].flatMap((group) => {
    const preferred = group === 'server' ? 'server status' : `${group} ls`;
    return COMMANDS.filter(({ name }) => name === preferred).map((command): [string, Command] => [group, command]);
  }),
);
