/** Every command: its name, what it takes, what `--help` says of it, and where it is. Each is loaded only when it runs. */

import type { OptionName } from '../arguments/options.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';

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
  readonly load: () => Promise<CommandBody>;
}

export const COMMANDS: readonly Command[] = [
  {
    name: '',
    synopsis: '[-e CODE | -p CODE]',
    summary: 'open the session; with piped input, run it as a program',
    options: ['eval', 'print'],
    arguments: [0, 0],
    load: async () => (await import('./default.ts')).runDefault,
  },
  {
    name: '-',
    synopsis: '[ARGS…]',
    summary: 'run standard input as a program',
    options: [],
    arguments: [0, 0],
    passesArguments: true,
    examples: ["echo 'console.log(6 * 7)' | spawnpoint-cf -"],
    load: async () => (await import('./run.ts')).runPipedProgram,
  },
  {
    name: 'run',
    synopsis: 'FILE [ARGS…]',
    summary: 'run a local file as a program; stdin is its standard input',
    options: [],
    arguments: [1, 1],
    passesArguments: true,
    examples: ['spawnpoint-cf run main.ts --verbose < data.csv'],
    load: async () => (await import('./run.ts')).runFile,
  },
  {
    name: 'repl',
    synopsis: '',
    summary: 'feed stdin to the live kernel, input by input',
    options: ['keep-going'],
    arguments: [0, 0],
    examples: ['spawnpoint-cf repl < inputs.txt'],
    load: async () => (await import('./repl.ts')).runRepl,
  },
  {
    name: 'attach',
    synopsis: '[SESSION]',
    summary: 'another terminal on a session; piped, its log as text or --json',
    options: ['read-only'],
    arguments: [0, 1],
    examples: ['spawnpoint-cf attach --read-only', 'spawnpoint-cf attach main --json | jq .event'],
    load: async () => (await import('./attach.ts')).runAttach,
  },
  {
    name: 'ps',
    synopsis: '',
    summary: 'list the running programs',
    options: [],
    arguments: [0, 0],
    load: async () => (await import('./programs.ts')).listPrograms,
  },
  {
    name: 'kill',
    synopsis: 'ID',
    summary: 'end a program',
    options: [],
    arguments: [1, 1],
    load: async () => (await import('./programs.ts')).killProgram,
  },
  {
    name: 'sessions ls',
    synopsis: '',
    summary: 'list your sessions',
    options: [],
    arguments: [0, 0],
    load: async () => (await import('./sessions.ts')).listSessions,
  },
  {
    name: 'sessions rm',
    synopsis: 'NAME',
    summary: 'remove a session with everything in it',
    options: [],
    arguments: [1, 1],
    load: async () => (await import('./sessions.ts')).removeSession,
  },
  {
    name: 'files ls',
    synopsis: '[PATH]',
    summary: 'list a directory',
    options: ['recursive'],
    arguments: [0, 1],
    load: async () => (await import('./files.ts')).list,
  },
  {
    name: 'files tree',
    synopsis: '[PATH]',
    summary: 'show a directory with everything in it',
    options: [],
    arguments: [0, 1],
    load: async () => (await import('./files.ts')).tree,
  },
  {
    name: 'files cat',
    synopsis: 'PATH',
    summary: 'print a file',
    options: [],
    arguments: [1, 1],
    load: async () => (await import('./transfer.ts')).cat,
  },
  {
    name: 'files get',
    synopsis: 'REMOTE [LOCAL|-]',
    summary: 'copy a file from the session',
    options: [],
    arguments: [1, 2],
    examples: ['spawnpoint-cf files get results/data.csv', 'spawnpoint-cf files get data.csv - | wc -l'],
    load: async () => (await import('./transfer.ts')).get,
  },
  {
    name: 'files put',
    synopsis: 'LOCAL|- REMOTE',
    summary: 'copy a file into the session; makes its directories',
    options: [],
    arguments: [2, 2],
    examples: ['spawnpoint-cf files put notes.md docs/notes.md', 'date | spawnpoint-cf files put - today.txt'],
    load: async () => (await import('./transfer.ts')).put,
  },
  {
    name: 'files rm',
    synopsis: 'PATH',
    summary: 'remove a file, or a directory (-r: with everything in it)',
    options: ['recursive'],
    arguments: [1, 1],
    load: async () => (await import('./files.ts')).remove,
  },
  {
    name: 'files mv',
    synopsis: 'FROM TO',
    summary: 'move or rename a file or directory',
    options: [],
    arguments: [2, 2],
    load: async () => (await import('./files.ts')).move,
  },
  {
    name: 'files cp',
    synopsis: 'FROM TO',
    summary: 'copy a file or directory within the session',
    options: [],
    arguments: [2, 2],
    load: async () => (await import('./files.ts')).copy,
  },
  {
    name: 'files mkdir',
    synopsis: 'PATH',
    summary: 'make a directory, with its parents',
    options: [],
    arguments: [1, 1],
    load: async () => (await import('./files.ts')).makeDirectory,
  },
  {
    name: 'files stat',
    synopsis: 'PATH',
    summary: 'show kind, size and time of change',
    options: [],
    arguments: [1, 1],
    load: async () => (await import('./files.ts')).stat,
  },
  {
    name: 'files du',
    synopsis: '[PATH]',
    summary: 'show how many bytes each directory holds',
    options: [],
    arguments: [0, 1],
    load: async () => (await import('./files.ts')).usage,
  },
  {
    name: 'server start',
    synopsis: '',
    summary: 'start the embedded server, if it is not running',
    options: [],
    arguments: [0, 0],
    load: async () => (await import('./server.ts')).start,
  },
  {
    name: 'server stop',
    synopsis: '',
    summary: 'stop the embedded server; sessions keep their state',
    options: [],
    arguments: [0, 0],
    load: async () => (await import('./server.ts')).stop,
  },
  {
    name: 'server status',
    synopsis: '',
    summary: 'tell whether the embedded server runs; exit status 1 if not',
    options: [],
    arguments: [0, 0],
    load: async () => (await import('./server.ts')).status,
  },
  {
    name: 'server logs',
    synopsis: '',
    summary: "print the embedded server's log",
    options: [],
    arguments: [0, 0],
    load: async () => (await import('./server.ts')).logs,
  },
  {
    name: 'completion',
    synopsis: 'bash|zsh',
    summary: 'print a completion script for the shell',
    options: [],
    arguments: [1, 1],
    examples: ['source <(spawnpoint-cf completion bash)'],
    load: async () => (await import('./completion.ts')).printCompletion,
  },
];

/** What the first word of a two-word command does alone. */
export const GROUP_DEFAULTS: ReadonlyMap<string, Command> = new Map(
  ['sessions', 'files', 'server'].flatMap((group) => {
    const preferred = group === 'server' ? 'server status' : `${group} ls`;
    return COMMANDS.filter(({ name }) => name === preferred).map((command): [string, Command] => [group, command]);
  }),
);
