/** Turns the words of the command line into a command, its options and its arguments. */

import { parseArgs } from 'node:util';
import { COMMANDS, type Command, GROUP_DEFAULTS } from '../commands/table.ts';
import { usageError } from '../exit.ts';
import { checkOptions, GLOBAL_OPTIONS, OPTIONS, type OptionName, type Options } from './options.ts';

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

/** A word that is no option, and where it stands on the command line. */
interface Word {
  readonly text: string;
  readonly index: number;
}

interface GivenOption {
  readonly name: string;
  /** As it was written, with its hyphens. */
  readonly written: string;
  readonly value: string | undefined;
  readonly index: number;
}

/** Throws `ExitError` (usage) with one sentence that says what is wrong. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const { words, given } = tokenize(argv);
  const { command, topic } = findCommand(words.map((word) => word.text));
  const nameWords = topic === '' ? 0 : topic.split(' ').length;
  const end = command.passesArguments ? words[nameWords + command.arguments[1] - 1]?.index : undefined;
  const isOwn = ({ index }: { index: number }): boolean => end === undefined || index <= end;
  const raw = new Map<OptionName, string>();
  for (const option of given.filter(isOwn)) raw.set(checkOption(option, command), option.value ?? '');
  const options = checkOptions(raw);
  const args = words.slice(nameWords).filter(isOwn);
  if (!options.help && !options.version) checkCount(command, args.length);
  return {
    command,
    topic,
    options,
    args: args.map((word) => word.text),
    programArgs: end === undefined ? [] : argv.slice(end + 1),
  };
}

function tokenize(argv: readonly string[]): { words: Word[]; given: GivenOption[] } {
  const { tokens } = parseArgs({
    // As in node, -pe is -p.
    args: argv.map((word) => (word === '-pe' ? '-p' : word)),
    options: Object.fromEntries(
      Object.entries(OPTIONS).map(([name, spec]) => [
        name,
        {
          type: 'value' in spec ? ('string' as const) : ('boolean' as const),
          ...('short' in spec ? { short: spec.short } : {}),
        },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words: Word[] = [];
  const given: GivenOption[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push({ text: token.value, index: token.index });
    else if (token.kind === 'option') given.push({ ...token, written: token.rawName });
  }
  return { words, given };
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

function checkOption({ name, written, value }: GivenOption, command: Command): OptionName {
  if (!isOption(name)) throw usageError(`there is no option ${written}; see spawnpoint-cf --help`);
  const spec = OPTIONS[name];
  if (!GLOBAL_OPTIONS.includes(name) && !command.options.includes(name)) {
    throw usageError(`${written} means nothing to ${command.name === '' ? 'this' : `'${command.name}'`}`);
  }
  if ('value' in spec && value === undefined) throw usageError(`${written} needs a value: ${written} ${spec.value}`);
  if (!('value' in spec) && value !== undefined) throw usageError(`${written} takes no value`);
  return name;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function checkCount(command: Command, count: number): void {
  const [least, most] = command.arguments;
  if (count >= least && count <= most) return;
  const usage = `spawnpoint-cf ${command.name} ${command.synopsis}`.trim();
  throw usageError(`too ${count < least ? 'few' : 'many'} arguments; usage: ${usage}`);
}
