/** Runs a command to its end and checks what it printed. */

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** All of its standard input; without it, /dev/null. */
  readonly stdin?: string;
}

/** Nothing of our own environment: variables such as NODE_EXTRA_CA_CERTS make every start of Node slower. */
export const plainEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  LANG: 'C.UTF-8',
};

/** What Node prints when run with `args`. Rejects if it fails. */
export async function runNode(args: readonly string[], { env = {}, stdin }: CommandOptions = {}): Promise<string> {
  const child = spawn(process.execPath, [...args], {
    env: { ...plainEnvironment, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const status = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), status]);
  if ((await status) !== 0 || stderr !== '') throw new Error(`node ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

/** As `runNode`, but it must print `expected`. */
export async function expectFromNode(
  expected: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<void> {
  const printed = await runNode(args, options);
  if (printed !== expected) throw new Error(`node ${args.join(' ')} printed ${JSON.stringify(printed)}`);
}
