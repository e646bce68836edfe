/** Command lines, taken apart or refused with a hint. */

import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../commands/table.ts';
import { EXIT, ExitError } from '../exit.ts';
import { helpText } from './help.ts';
import { type Invocation, parseCommandLine } from './parse.ts';

const parse = (...argv: string[]): Invocation => parseCommandLine(argv);

function refusal(...argv: string[]): string {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (error instanceof ExitError && error.status === EXIT.usage) return error.message;
    throw error;
  }
  throw new Error(`${argv.join(' ')} was not refused`);
}

describe('commands', () => {
  it('are found by one word, two words, or none', () => {
    expect(parse().command.name).toBe('');
    expect(parse('ps').command.name).toBe('ps');
    expect(parse('files', 'put', 'a', 'b')).toMatchObject({ command: { name: 'files put' }, args: ['a', 'b'] });
    expect(parse('files').command.name).toBe('files ls');
    expect(parse('sessions').command.name).toBe('sessions ls');
  });

  it('may have options before, within and after their words', () => {
    const { command, options, args } = parse('-s', 'x', 'files', '--json', 'ls', 'dir', '-r');
    expect(command.name).toBe('files ls');
    expect(options).toMatchObject({ session: 'x', json: true, recursive: true });
    expect(args).toEqual(['dir']);
  });

  it('that do not exist are refused with a hint', () => {
    expect(refusal('frobnicate')).toContain("no command 'frobnicate'");
    expect(refusal('files', 'frobnicate')).toContain('spawnpoint-cf files --help');
    expect(refusal('main.ts')).toContain('spawnpoint-cf run main.ts');
  });

  it('take as many arguments as they say', () => {
    expect(refusal('files', 'put', 'a')).toContain('too few arguments');
    expect(refusal('files', 'put', 'a', 'b', 'c')).toContain(
      'too many arguments; usage: spawnpoint-cf files put LOCAL|- REMOTE',
    );
    expect(refusal('-e', '1', 'stray')).toContain("no command 'stray'");
  });
});

describe('programs get everything after their name', () => {
  it('options that look like ours included', () => {
    const { options, args, programArgs } = parse(
      '--timeout',
      '3',
      'run',
      '-q',
      'a.ts',
      '--help',
      '-s',
      'x',
      '--',
      '-pe',
    );
    expect(options).toMatchObject({ timeout: 3, quiet: true, help: false, session: 'main' });
    expect(args).toEqual(['a.ts']);
    expect(programArgs).toEqual(['--help', '-s', 'x', '--', '-pe']);
  });

  it('and so does a program from standard input', () => {
    expect(parse('-l', 'js', '-', 'a', '--json')).toMatchObject({
      options: { language: 'js', json: false },
      args: [],
      programArgs: ['a', '--json'],
    });
  });

  it('a file whose name begins with a hyphen comes after --', () => {
    expect(parse('run', '--', '-odd.ts', 'x')).toMatchObject({ args: ['-odd.ts'], programArgs: ['x'] });
  });
});

describe('options', () => {
  it('take code as it is, -pe as -p', () => {
    expect(parse('-p', '-1').options.print).toBe('-1');
    expect(parse('-pe', '1+1').options.print).toBe('1+1');
    expect(parse('--eval=a=b').options.eval).toBe('a=b');
    expect(parse('-qp', '1').options).toMatchObject({ quiet: true, print: '1' });
    expect(parse('-p', '').options.print).toBe('');
    expect(parse('-p', '--').options.print).toBe('--');
    expect(parse('-p', '--json').options).toMatchObject({ print: '--json', json: false });
    expect(parse('-p', '0x10').options.print).toBe('0x10');
    expect(parse('-e', '"a"').options.eval).toBe('"a"');
    expect(parse('--print="a\n=b"').options.print).toBe('"a\n=b"');
  });

  it('take one piece of code', () => {
    expect(refusal('-p', '1', '-p', '2')).toBe('-p is given twice; one CODE may have many lines');
    expect(refusal('-e', '1', '--eval', '2')).toMatch(/^(-e|--eval) is given twice/);
  });

  it('the last of several counts', () => {
    expect(parse('-s', 'a', '-s', 'b').options.session).toBe('b');
    expect(parse('-s', 'a', '--session', 'b', '-s', 'c').options.session).toBe('c');
    expect(parse('-q', '--quiet', '-q').options.quiet).toBe(true);
  });

  it('every variable of a program counts, in order, with all of its value', () => {
    const { options, args, programArgs } = parse(
      '--env',
      'A=1',
      'run',
      '--env=B=x=y',
      '--env',
      'A=',
      'a.ts',
      '--env',
      'C=1',
    );
    expect(options.env).toEqual([
      ['A', '1'],
      ['B', 'x=y'],
      ['A', ''],
    ]);
    expect({ args, programArgs }).toEqual({ args: ['a.ts'], programArgs: ['--env', 'C=1'] });
    expect(parse('run', 'a.ts').options.env).toEqual([]);
    expect(parse('--env', 'A=1', '-').options.env).toEqual([['A', '1']]);
    expect(refusal('run', '--env', 'A', 'a.ts')).toBe("--env takes NAME=VALUE, not 'A'");
    expect(refusal('run', '--env', '=1', 'a.ts')).toBe("--env takes NAME=VALUE, not '=1'");
    expect(refusal('run', '--env')).toBe('--env needs a value: --env NAME=VALUE');
    expect(refusal('--env', 'A=1', '-p', '1')).toContain('--env means nothing');
  });

  it('leave alone what follows them when they take no value', () => {
    expect(parse('files', 'rm', '-r', 'true')).toMatchObject({ options: { recursive: true }, args: ['true'] });
    expect(parse('files', 'cat', '--json', '007')).toMatchObject({ options: { json: true }, args: ['007'] });
    expect(parse('files', 'cat', '--', '--json')).toMatchObject({ options: { json: false }, args: ['--json'] });
    expect(parse('--no-color', 'ps').options.color).toBe(false);
  });

  it('are refused when unknown, without a value, with one too many, or where they mean nothing', () => {
    expect(refusal('--bogus')).toContain('no option --bogus');
    expect(refusal('-x')).toContain('no option -x');
    expect(refusal('ps', '-s')).toBe('-s needs a value: -s NAME');
    expect(refusal('--json=1')).toBe('--json takes no value');
    expect(refusal('-q1')).toBe('-q takes no value');
    expect(refusal('-eq')).toBe('-e needs a value: -e CODE');
    expect(refusal('--color')).toContain('no option --color');
    expect(refusal('--session.x', '1')).toContain('no option --session.x');
    expect(refusal('ps', '--keep-going')).toContain("means nothing to 'ps'");
    expect(refusal('--timeout', '-p', '1')).toContain("--timeout takes seconds from 0.001 to 86400, not '-p'");
    expect(refusal('__proto__')).toContain('no command');
    expect(refusal('--__proto__')).toContain('no option');
  });

  it.each(['.', '..', '', 'a b', 'a/b', 'x'.repeat(65)])('refuses the session name %j', (name) => {
    expect(refusal('-s', name, 'ps')).toContain('no session name');
  });

  it('takes session names up to the limit', () => {
    expect(parse('-s', 'x'.repeat(64)).options.session).toHaveLength(64);
  });

  it.each(['0', '-1', '1e3', 'x', '', '86400.1', '0.0009'])('refuses --timeout %j', (text) => {
    expect(refusal(`--timeout=${text}`)).toContain('--timeout');
  });

  it.each([
    ['0.001', 0.001],
    ['.5', 0.5],
    ['86400', 86_400],
  ])('takes --timeout %s', (text, seconds) => {
    expect(parse('--timeout', text).options.timeout).toBe(seconds);
  });

  it('take whole numbers where they count', () => {
    expect(parse('history', '-n', '5').options.limit).toBe(5);
    expect(parse('sessions', 'fork', 'a', 'b', '--at', '0').options.at).toBe(0);
    expect(parse('history').options).toMatchObject({ limit: null, at: null });
    for (const text of ['0', '-1', '1.5', 'x', '']) {
      expect(refusal('history', `--limit=${text}`)).toContain('--limit takes a whole number from 1 on');
    }
    expect(refusal('sessions', 'fork', 'a', 'b', '--at', 'x')).toContain('--at takes a whole number from 0 on');
    expect(refusal('undo', '--at', '1')).toContain("--at means nothing to 'undo'");
  });

  it('know languages by short and long names', () => {
    expect(parse('-l', 'python').options.language).toBe('py');
    expect(parse('-l', 'js').options.language).toBe('js');
    expect(refusal('-l', 'constructor')).toContain('no language');
  });
});

describe('help', () => {
  it('shows every command and stays within 120 columns', () => {
    const text = helpText('');
    for (const { name } of COMMANDS) expect(text).toContain(name);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('is about a group or one command when that is named', () => {
    expect(parse('files', '--help').topic).toBe('files');
    expect(helpText('files')).toContain('files mkdir PATH');
    expect(helpText('files')).not.toContain('sessions');
    expect(parse('files', 'put', '--help').topic).toBe('files put');
    expect(helpText('files put')).toContain('Usage: spawnpoint-cf files put LOCAL|- REMOTE');
    expect(helpText('repl')).toContain('--keep-going');
  });
});
