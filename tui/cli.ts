/** The command line: parses it, runs the command, says what went wrong and ends the process. */

import { helpText } from './arguments/help.ts';
import type { Options } from './arguments/options.ts';
import { type Invocation, parseCommandLine } from './arguments/parse.ts';
import { EXIT, ExitError } from './exit.ts';
import type { Io } from './io.ts';
import { hasColor } from './plain/color.ts';
import { Output } from './plain/output.ts';
import { CLIENT_VERSION } from './version.ts';

void main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<never> {
  let io: Io | null = null;
  let status: number;
  try {
    const invocation = parseCommandLine(argv);
    io = openIo(invocation.options);
    status = await run(invocation, io);
  } catch (error) {
    io ??= openIo({ color: true, quiet: false });
    status = explain(error, io);
  }
  await Promise.all([io.stdout.flush(), io.stderr.flush()]);
  process.exit(status);
}

async function run(invocation: Invocation, io: Io): Promise<number> {
  const { command, topic, options } = invocation;
  if (options.help) {
    await io.stdout.write(helpText(topic));
    return EXIT.ok;
  }
  if (options.version) {
    await io.stdout.write(`${CLIENT_VERSION}\n`);
    return EXIT.ok;
  }
  return command.run(invocation, io);
}

/** One sentence for what is expected to go wrong; for a defect of ours, where it is. Returns the exit status. */
function explain(error: unknown, io: Io): number {
  if (!(error instanceof ExitError)) {
    io.warn(`internal error: ${error instanceof Error ? error.stack : error}`);
    return EXIT.failure;
  }
  if (error.message !== '') io.warn(error.message);
  return error.status;
}

function openIo({ color, quiet }: Pick<Options, 'color' | 'quiet'>): Io {
  const { env } = process;
  const open = (stream: NodeJS.WriteStream, onBroken: () => void): Output => {
    const isTty = stream.isTTY === true;
    return new Output(stream, { isTty, color: hasColor(env, isTty, color) }, onBroken);
  };
  const stdout = open(process.stdout, () => process.exit(EXIT.brokenPipe));
  const stderr = open(process.stderr, () => undefined);
  const say = (text: string): void => void stderr.write(`spawnpoint-cf: ${text}\n`);
  return {
    env,
    // Opened by whoever reads it: that takes time.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    warn: say,
    inform: (text) => {
      if (stderr.isTty && !quiet) say(text);
    },
    status: (text) => {
      if (!stderr.isTty || quiet || env.TERM === 'dumb') return;
      // A line that does not fit is cut, as the next one could not draw over two.
      void stderr.write(text === '' ? '\r\x1b[K' : `\r\x1b[K\x1b[?7l${text}\x1b[?7h`);
    },
  };
}
