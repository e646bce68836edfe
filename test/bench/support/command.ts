/** Runs a command to its end and checks what it printed. */

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** All of its standard input, which is empty without it. */
  readonly stdin?: string;
}

/** Nothing of our own environment: variables such as NODE_EXTRA_CA_CERTS make every start of Node slower. */
export const plainEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  LANG: 'C.UTF-8',
};

/** Runs Node with `args` to its end. Rejects unless it succeeds and prints `expected` and nothing else. */
export async function expectFromNode(
  expected: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<void> {
  const printed = await outputOfNode(args, options);
  if (printed !== expected) throw new Error(`node ${args.join(' ')} printed ${JSON.stringify(printed)}.`);
}

/** What Node with `args` prints. Rejects unless it succeeds and says nothing on standard error. */
export function outputOfNode(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return outputOf(process.execPath, args, options);
}

/** What `program` with `args` prints. Rejects unless it is there, succeeds and says nothing on standard error. */
export async function outputOf(
  program: string,
  args: readonly string[],
  { env = {}, stdin }: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, [...args], {
    env: { ...plainEnvironment, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  // A command may end without having read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status === 0 && stderr === '') return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
}
