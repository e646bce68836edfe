/** `repl < file`: standard input for the live kernel, input by input. */

import type { Language } from '../arguments/options.ts';
import { EXIT, ExitError, usageError } from '../exit.ts';
import { nodeClock } from '../node-clock.ts';
import { inputVerdict } from '../plain/outcomes.ts';
import { Pace } from '../plain/pace.ts';
import type { PlainSession } from '../plain/plain-session.ts';
import { type Split, splitInputs } from '../plain/split-inputs.ts';
import type { CommandBody } from './command.ts';
import { printOutcome, report, withSession } from './session.ts';

export const runRepl: CommandBody = async (invocation, io) => {
  if (io.stdin.isTTY) throw usageError('repl reads its inputs from a pipe or file; without repl you get a prompt');
  const { keepGoing, timeout, json } = invocation.options;
  const language = invocation.options.language ?? 'ts';
  return withSession(invocation, io, async (session) => {
    const pace = new Pace(nodeClock);
    const inputs = splitInputs(textOf(io.stdin), (code, from) => split(session, pace, { language, code, from }));
    let status: number = EXIT.ok;
    // The next input is found while this one runs.
    for (let next = inputs.next(); ; ) {
      const { done, value: code } = await next;
      if (done) return status;
      next = inputs.next();
      next.catch(() => undefined);
      const outcome = await session.submit({ language, code, timeout });
      if (json) await printOutcome(outcome, io);
      const verdict = inputVerdict(outcome, language);
      status = report(verdict, io) || status;
      if (verdict.status !== EXIT.ok && (!keepGoing || verdict.status !== EXIT.failure)) return verdict.status;
    }
  });
};

async function split(
  session: PlainSession,
  pace: Pace,
  text: { readonly language: Language; readonly code: string; readonly from: number },
): Promise<Split> {
  await pace.turn();
  const answer = await session.ask({ kind: 'split', ...text });
  if (answer.kind !== 'split') throw new ExitError(EXIT.unreachable, 'the server answers what was not asked');
  return answer;
}

/** All text that is there, as it comes. */
async function* textOf(stream: AsyncIterable<unknown>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
  return undefined;
}
