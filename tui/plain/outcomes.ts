/** What the end of an input or program means for this process: what to say on stderr, and the exit status. */

import type { InputOutcome, ProgramOutcome } from '../../protocol/events.ts';
import type { Language } from '../client/session-view.ts';
import { uncaughtText } from '../client/uncaught.ts';
import { EXIT } from '../exit.ts';

export interface Verdict {
  readonly status: number;
  /** An error of the user's code, as the kernel printed it. */
  readonly error?: string;
  /** Our own word on a loss or failure. */
  readonly message?: string;
  /** Our own word where nothing is lost. */
  readonly note?: string;
}

export function inputVerdict(outcome: InputOutcome, language: Language): Verdict {
  switch (outcome.status) {
    case 'ok':
      return { status: EXIT.ok };
    case 'error':
      return { status: EXIT.failure, error: uncaughtText(outcome.text, language).trimEnd() };
    case 'exit':
      return { status: outcome.code, note: `it asked to leave with status ${outcome.code}; the session stays` };
    case 'interrupted': {
      const state = outcome.kept ? 'what it changed is kept' : 'what it changed was undone';
      if (outcome.reason === 'user') {
        const said = `interrupted; ${state}`;
        return { status: EXIT.interrupted, ...(outcome.kept ? { note: said } : { message: said }) };
      }
      return { status: EXIT.timeout, message: `stopped: it took too long (see --timeout); ${state}` };
    }
    case 'aborted':
      return { status: EXIT.failure, message: outcome.message };
  }
}

/** `isOurs`: this process asked for its end, so that a kill is no news. */
export function programVerdict(outcome: ProgramOutcome, isOurs = false): Verdict {
  switch (outcome.kind) {
    case 'exit':
      return { status: outcome.code & 0xff };
    case 'killed':
      return { status: EXIT.terminated, [isOurs ? 'note' : 'message']: 'the program was killed' };
    case 'timeout':
      return { status: EXIT.timeout, message: 'the program was stopped: it took too long (see --timeout)' };
    case 'failed':
      return { status: EXIT.failure, message: outcome.message };
  }
}
