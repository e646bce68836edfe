/** Every option of the command line: how it is written, what it takes, and what `--help` says of it. */

import { LIMITS } from '../../protocol/limits.ts';
import { DEFAULT_SESSION, isName } from '../../protocol/names.ts';
import { usageError } from '../exit.ts';

export interface OptionSpec {
  readonly short?: string;
  /** What its value is called; absent when it takes none. */
  readonly value?: string;
  /** Each that is given counts; of the others, the last. */
  readonly repeats?: true;
  /** A second one would be taken for more of the first. */
  readonly once?: true;
  readonly text: string;
}

export const OPTIONS = {
  session: { short: 's', value: 'NAME', text: `session (default: ${DEFAULT_SESSION})` },
  language: { short: 'l', value: 'js|ts|py', text: 'language (default: by file name or #! line, else ts)' },
  url: { value: 'URL', text: 'server to use instead of the embedded one (or SPAWNPOINT_URL)' },
  json: { text: 'machine-readable output' },
  quiet: { short: 'q', text: 'no messages but errors' },
  timeout: { value: 'SECONDS', text: 'stop the input or program after this time, with exit status 124' },
  'no-color': { text: 'no colours' },
  help: { short: 'h', text: 'show this help' },
  version: { text: 'show the version' },
  eval: { short: 'e', value: 'CODE', once: true, text: 'evaluate CODE in the live kernel' },
  print: { short: 'p', value: 'CODE', once: true, text: 'as -e, and print the value' },
  'keep-going': { text: 'go on after an error' },
  'read-only': { text: 'watch without being able to change anything' },
  env: { value: 'NAME=VALUE', repeats: true, text: 'a variable of its environment; may be given again' },
  public: { text: 'for everyone who knows the address' },
  recursive: { short: 'r', text: 'directories with everything in them' },
  limit: { short: 'n', value: 'LIMIT', text: 'show at most this many (default: 100)' },
  force: { short: 'f', text: 'also when another revision has that name: it moves' },
  at: { value: 'N', text: 'as it was at revision N (default: as it is)' },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** Accepted by every command. */
export const GLOBAL_OPTIONS: readonly OptionName[] = [
  'session',
  'language',
  'url',
  'json',
  'quiet',
  'timeout',
  'no-color',
  'help',
  'version',
];

export type Language = 'js' | 'ts' | 'py';

/** What was given, checked. */
export interface Options {
  readonly session: string;
  /** Null: decided by file name or `#!` line. */
  readonly language: Language | null;
  readonly url: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Seconds; null for the server's default. */
  readonly timeout: number | null;
  readonly color: boolean;
  readonly help: boolean;
  readonly version: boolean;
  readonly eval: string | null;
  readonly print: string | null;
  readonly keepGoing: boolean;
  readonly readOnly: boolean;
  /** Of the program that is run. */
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly public: boolean;
  readonly recursive: boolean;
  readonly limit: number | null;
  readonly force: boolean;
  /** A revision. */
  readonly at: number | null;
}

/** Values by option name, as they were written, at least one for each; options without a value hold the empty string. */
export type RawOptions = ReadonlyMap<OptionName, readonly string[]>;

/** Throws `ExitError` (usage) for a value that cannot be used. */
export function checkOptions(raw: RawOptions): Options {
  const last = (name: OptionName) => raw.get(name)?.at(-1);
  const session = last('session') ?? DEFAULT_SESSION;
  checkSession(session);
  return {
    session,
    language: parseLanguage(last('language')),
    url: last('url') ?? null,
    json: raw.has('json'),
    quiet: raw.has('quiet'),
    timeout: parseTimeout(last('timeout')),
    color: !raw.has('no-color'),
    help: raw.has('help'),
    version: raw.has('version'),
    eval: last('eval') ?? null,
    print: last('print') ?? null,
    keepGoing: raw.has('keep-going'),
    readOnly: raw.has('read-only'),
    env: (raw.get('env') ?? []).map(parseVariable),
    public: raw.has('public'),
    recursive: raw.has('recursive'),
    force: raw.has('force'),
    limit: parseWhole('limit', last('limit'), 1),
    at: parseWhole('at', last('at'), 0),
  };
}

/** Throws `ExitError` (usage) unless `name` can be a session's. */
export function checkSession(name: string): void {
  if (isName(name)) return;
  throw usageError(
    `'${name}' is no session name: use 1 to 64 letters, digits, dots, underscores and hyphens, other than . and ..`,
  );
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  js: 'js',
  javascript: 'js',
  ts: 'ts',
  typescript: 'ts',
  py: 'py',
  python: 'py',
};

function parseLanguage(text: string | undefined): Language | null {
  if (text === undefined) return null;
  const language = Object.hasOwn(LANGUAGES, text) ? LANGUAGES[text] : undefined;
  if (language !== undefined) return language;
  throw usageError(`'${text}' is no language: use js, ts or py`);
}

function parseTimeout(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 0.001 && seconds <= LIMITS.timeoutSeconds) return seconds;
  throw usageError(`--timeout takes seconds from 0.001 to ${LIMITS.timeoutSeconds}, not '${text}'`);
}

function parseVariable(text: string): [name: string, value: string] {
  const end = text.indexOf('=');
  if (end < 1) throw usageError(`--env takes NAME=VALUE, not '${text}'`);
  return [text.slice(0, end), text.slice(end + 1)];
}

function parseWhole(name: OptionName, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw usageError(`--${name} takes a whole number from ${least} on, not '${text}'`);
}
