/** `-e CODE` and `-p CODE`: one input for the live kernel. */

import type { InputOutcome } from '../../protocol/events.ts';
import type { Language } from '../arguments/options.ts';
import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';
import { inputVerdict } from '../plain/outcomes.ts';
import type { Output } from '../plain/output.ts';
import { textFor } from '../plain/terminal-text.ts';
import { printOutcome, report, withSession } from './session.ts';

export function evaluate(invocation: Invocation, io: Io, code: string, prints: boolean): Promise<number> {
  const { timeout, json } = invocation.options;
  const language = invocation.options.language ?? 'ts';
  return withSession(
    invocation,
    io,
    async (session) => {
      const outcome = await session.submit({ language, code, timeout });
      if (json) await printOutcome(outcome, io);
      else if (prints && outcome.status === 'ok')
        await io.stdout.write(`${printedValue(outcome, language, io.stdout)}\n`);
      return report(inputVerdict(outcome, language), io);
    },
    { readsStdin: true },
  );
}

/** As `node -p` prints it: a string as it is, anything else as the kernel shows it. */
function printedValue(
  { string, text, isVoid }: Extract<InputOutcome, { status: 'ok' }>,
  language: Language,
  stdout: Output,
): string {
  if (isVoid) return language === 'py' ? 'None' : 'undefined';
  return string ?? textFor(stdout, text);
}
