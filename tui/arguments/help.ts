/** The texts of `--help`, made from the tables of commands and options. */

import type { Command } from '../commands/command.ts';
import { COMMANDS } from '../commands/table.ts';
import { GLOBAL_OPTIONS, OPTIONS, type OptionName } from './options.ts';

const INTRODUCTION = `A live JavaScript, TypeScript and Python session that stays: variables, files and output survive disconnects and
restarts.

Usage: spawnpoint-cf [options]              open the session (on a terminal)
       spawnpoint-cf [options] COMMAND …
       … | spawnpoint-cf [options]          run standard input as a program
`;

const EXAMPLES = [
  'spawnpoint-cf',
  "spawnpoint-cf -e 'const f = (n: number) => n * 2'",
  "spawnpoint-cf -p 'f(21)'",
  'spawnpoint-cf < script.ts',
  "spawnpoint-cf -l py -p 'sum(range(10))'",
];

const STATUSES = `Exit status: that of the program; 1 uncaught error, 2 wrong usage, 124 time is up, 129, 130 and 143
signals, 141 closed pipe, 255 the server cannot be reached or refuses.
`;

/** About all commands whose names begin with the words of `topic`; about everything if it is empty. */
export function helpText(topic: string): string {
  if (topic === '') return overview();
  const [command, ...others] = COMMANDS.filter(({ name }) => name === topic || name.startsWith(`${topic} `));
  if (command !== undefined && others.length === 0) return aboutCommand(command);
  const commands = [command, ...others].flatMap((each) => each ?? []);
  const examples = commands.flatMap((each) => each.examples ?? []);
  return [
    `Usage: spawnpoint-cf ${topic} COMMAND …\n`,
    section('Commands', commandRows(commands)),
    section('Options', optionRows(GLOBAL_OPTIONS)),
    exampleSection(examples),
  ].join('\n');
}

function overview(): string {
  return [
    INTRODUCTION,
    section('Commands', commandRows(COMMANDS.filter(({ name }) => name !== ''))),
    section('Options', optionRows(['eval', 'print', ...GLOBAL_OPTIONS])),
    exampleSection(EXAMPLES),
    STATUSES,
  ].join('\n');
}

function aboutCommand({ name, synopsis, summary, options, examples }: Command): string {
  return [
    `Usage: spawnpoint-cf ${`${name} ${synopsis}`.trim()}\n\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}.\n`,
    section('Options', optionRows([...options, ...GLOBAL_OPTIONS])),
    ...(examples === undefined ? [] : [exampleSection(examples)]),
  ].join('\n');
}

function commandRows(commands: readonly Command[]): [string, string][] {
  return commands.map(({ name, synopsis, summary }) => [`${name} ${synopsis}`.trim(), summary]);
}

function optionRows(names: readonly OptionName[]): [string, string][] {
  return names.map((name) => {
    const spec = OPTIONS[name];
    const short = 'short' in spec ? `-${spec.short}, ` : '    ';
    return [`${short}--${name}${'value' in spec ? ` ${spec.value}` : ''}`, spec.text];
  });
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return `${title}:\n${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')}`;
}

function exampleSection(examples: readonly string[]): string {
  return examples.length === 0 ? '' : `Examples:\n${examples.map((example) => `  ${example}\n`).join('')}`;
}
