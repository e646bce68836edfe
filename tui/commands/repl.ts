/** `repl < file`: standard input for the live kernel, input by input. */

import { createInterface } from 'node:readline';
import type { Language } from '../arguments/options.ts';
import { EXIT, usageError } from '../exit.ts';
import { nodeClock } from '../node-clock.ts';
import { inputVerdict } from '../plain/outcomes.ts';
import { Pace } from '../plain/pace.ts';
import type { PlainSession } from '../plain/plain-session.ts';
import { type Completeness, splitInputs } from '../plain/split-inputs.ts';
import { report, withSession } from './session.ts';
import type { CommandBody } from './table.ts';

export const runRepl: CommandBody = async (invocation, io) => {
  if (io.stdin.isTTY) throw usageError('repl reads its inputs from a pipe or file; without repl you get a prompt');
  const { keepGoing, timeout } = invocation.options;
  const language = invocation.options.language ?? 'ts';
  return withSession(invocation, io, async (session) => {
    const pace = new Pace(nodeClock);
    const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    const inputs = splitInputs(lines, (code) => completeness(session, pace, language, code));
    let status: number = EXIT.ok;
    // The next input is found while this one runs.
    for (let next = inputs.next(); ; ) {
      const { done, value: code } = await next;
      if (done) return status;
      next = inputs.next();
      next.catch(() => undefined);
      const verdict = inputVerdict(await session.submit({ language, code, timeout }));
      status = report(verdict, io) || status;
      if (verdict.status !== EXIT.ok && (!keepGoing || verdict.status !== EXIT.failure)) return verdict.status;
    }
  });
};

async function completeness(
  session: PlainSession,
  pace: Pace,
  language: Language,
  code: string,
): Promise<Completeness> {
  await pace.turn();
  const answer = await session.ask({ kind: 'isComplete', language, code });
  return answer.kind === 'isComplete' ? answer.completeness.status : 'invalid';
}
