/** Commands that run code, and show and end what runs. */

import { runAttach } from '../attach.ts';
import type { Command } from '../command.ts';
import { runDefault } from '../default.ts';
import { killProgram, listPrograms } from '../programs.ts';
import { runRepl } from '../repl.ts';
import { runFile, runPipedProgram } from '../run.ts';
import { servePreview } from '../serve.ts';

export const RUNNING: readonly Command[] = [
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
    options: ['env'],
    arguments: [0, 0],
    passesArguments: true,
    examples: ["echo 'console.log(6 * 7)' | spawnpoint-cf -"],
    run: runPipedProgram,
  },
  {
    name: 'run',
    synopsis: 'FILE [ARGS…]',
    summary: 'run a local file, with what it imports, or a file of the session',
    options: ['env'],
    arguments: [1, 1],
    passesArguments: true,
    examples: ['spawnpoint-cf run main.ts --verbose < data.csv', 'spawnpoint-cf run --env DEBUG=1 main.ts'],
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
];
