/** Turns the words of the command line into a command, its options and its arguments. */

import { Parser } from 'yargs/helpers';
import type { Command } from '../commands/command.ts';
import { COMMANDS, GROUP_DEFAULTS } from '../commands/table.ts';
import { usageError } from '../exit.ts';
import {
  checkOptions,
  GLOBAL_OPTIONS,
  OPTION_NAMES,
  OPTIONS,
  type OptionName,
  type OptionSpec,
  type Options,
} from './options.ts';

export interface Invocation {
  readonly command: Command;
  /** The words that named the command: `--help` is about all commands that begin with them. */
  readonly topic: string;
  readonly options: Options;
  /** The command's own arguments, without its name. */
  readonly args: readonly string[];
  /** What goes to the program that is run, untouched. */
  readonly programArgs: readonly string[];
}

interface Parsed {
  readonly given: readonly GivenOption[];
  /** The words that are neither options nor their values. */
  readonly words: readonly string[];
}

interface GivenOption {
  /** Its short or long name, as it was written. */
  readonly key: string;
  /** For each time that it was given: text if it has a value. */
  readonly values: readonly unknown[];
}

/** Throws `ExitError` (usage) with one sentence that says what is wrong. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const { given, words, programArgs } = separate(argv);
  // Values come first: one that was left out took the next word, and what follows that is no command.
  const raw = new Map<OptionName, readonly string[]>();
  for (const option of given) {
    const [name, values] = readOption(option);
    raw.set(name, [...(raw.get(name) ?? []), ...values]);
  }
  const options = checkOptions(raw);
  const { command, topic } = findCommand(words);
  for (const option of given) checkBelongs(option, command);
  const args = words.slice(topic === '' ? 0 : topic.split(' ').length);
  if (!options.help && !options.version) checkCount(command, args.length);
  return { command, topic, options, args, programArgs };
}

/** What is ours, apart from what belongs to a program that is run: nobody looks into that. */
function separate(argv: readonly string[]): Parsed & Pick<Invocation, 'programArgs'> {
  const head = parseOptions(argv, true);
  const [name, ...rest] = head.words;
  if (name === undefined) return { ...head, programArgs: [] };
  const command = COMMANDS.find((each) => each.name === name);
  if (command?.passesArguments !== true) return { ...parseOptions(argv, false), programArgs: [] };
  const count = command.arguments[1];
  const { given, words } = count === 0 ? { given: [], words: rest } : parseOptions(rest, true);
  return {
    given: [...head.given, ...given],
    words: [name, ...words.slice(0, count)],
    programArgs: argv.slice(argv.length - Math.max(0, words.length - count)),
  };
}

/** Every option's short and long names. */
const NAMES = new Map<string, OptionName>();
/** For yargs: how many values go with each of them, and which are the same option. */
const VALUES: Record<string, 0 | 1> = {};
const ALIASES: Record<string, string> = {};
for (const name of OPTION_NAMES) {
  const { short = name, value }: OptionSpec = OPTIONS[name];
  for (const key of [short, name]) {
    NAMES.set(key, name);
    VALUES[key] = value === undefined ? 0 : 1;
  }
  if (short !== name) ALIASES[name] = short;
}

/** `stops`: all from the first word that is no option are words. */
function parseOptions(argv: readonly string[], stops: boolean): Parsed {
  const { argv: parsed, error } = Parser.detailed(
    // As in node, -pe is -p.
    argv.map((word) => (word === '-pe' ? '-p' : word)),
    {
      narg: VALUES,
      alias: ALIASES,
      configuration: {
        'boolean-negation': false,
        'camel-case-expansion': false,
        'dot-notation': false,
        'halt-at-non-option': stops,
        'nargs-eats-options': true,
        'parse-numbers': false,
        'parse-positional-numbers': false,
      },
    },
  );
  const { _: words, ...values } = parsed;
  const surplus = /^Argument unexpected for: (.+)$/.exec(error?.message ?? '')?.[1];
  if (surplus !== undefined) throw usageError(`${written(surplus)} takes no value`);
  return {
    given: Object.entries(values).map(([key, value]) => ({ key, values: [value].flat() })),
    words: words.map(String),
  };
}

/** What `words` name, for help: all commands that begin with it. Throws `ExitError` (usage) if there is no such command. */
export function topicOf(words: readonly string[]): string {
  return words.length === 0 ? '' : findCommand(words).topic;
}

function findCommand(words: readonly string[]): { command: Command; topic: string } {
  const [first = '', second] = words;
  const two = second === undefined ? undefined : COMMANDS.find(({ name }) => name === `${first} ${second}`);
  if (two !== undefined) return { command: two, topic: two.name };
  const one = COMMANDS.find(({ name }) => name === first);
  if (one !== undefined) return { command: one, topic: one.name };
  const fallback = GROUP_DEFAULTS.get(first);
  if (fallback !== undefined && second === undefined) return { command: fallback, topic: first };
  if (fallback !== undefined) throw unknownCommand(`${first} ${second}`, first);
  if (/\.[cm]?[jt]s$|\.py$|[/\\]/.test(first))
    throw usageError(`there is no command '${first}'; to run the file: spawnpoint-cf run ${first}`);
  throw unknownCommand(first, '');
}

function unknownCommand(name: string, group: string): Error {
  return usageError(`there is no command '${name}'; see spawnpoint-cf ${group}${group === '' ? '' : ' '}--help`);
}

/** The option's long name and its values. */
function readOption({ key, values }: GivenOption): [OptionName, readonly string[]] {
  const name = nameOf(key);
  const spec: OptionSpec = OPTIONS[name];
  const texts = values.filter((value) => typeof value === 'string');
  if (spec.value === undefined && texts.length > 0) throw usageError(`${written(key)} takes no value`);
  if (spec.value !== undefined && texts.length < values.length) {
    throw usageError(`${written(key)} needs a value: ${written(key)} ${spec.value}`);
  }
  if (spec.once && texts.length > 1) throw usageError(`${written(key)} is given twice; one CODE may have many lines`);
  return [name, spec.value === undefined ? [''] : texts];
}

function checkBelongs({ key }: GivenOption, command: Command): void {
  const name = nameOf(key);
  if (GLOBAL_OPTIONS.includes(name) || command.options.includes(name)) return;
  throw usageError(`${written(key)} means nothing to ${command.name === '' ? 'this' : `'${command.name}'`}`);
}

function nameOf(key: string): OptionName {
  const name = NAMES.get(key);
  if (name !== undefined) return name;
  throw usageError(`there is no option ${written(key)}; see spawnpoint-cf --help`);
}

function written(key: string): string {
  return `${key.length === 1 ? '-' : '--'}${key}`;
}

function checkCount(command: Command, count: number): void {
  const [least, most] = command.arguments;
  if (count >= least && count <= most) return;
  const usage = `spawnpoint-cf ${command.name} ${command.synopsis}`.trim();
  throw usageError(`too ${count < least ? 'few' : 'many'} arguments; usage: ${usage}`);
}
