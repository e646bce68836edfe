/** Commands for the embedded server and the shell, and help. */

import type { Command } from '../command.ts';
import { printCompletion } from '../completion.ts';
import { printHelp } from '../help.ts';
import * as server from '../server.ts';

export const SERVER: readonly Command[] = [
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
  {
    name: 'help',
    synopsis: '[COMMAND]',
    summary: 'show what a command does, as its --help does',
    options: [],
    arguments: [0, 2],
    examples: ['spawnpoint-cf help files put'],
    run: printHelp,
  },
];
