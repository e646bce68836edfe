/** What was accepted and had not ended when the session was last in memory: it is told to be lost, and never run again. */

import type { EventBody } from '../../protocol/events.ts';
import type { SessionStore } from './store.ts';

const MESSAGE = 'The server stopped before it was done. Nothing of it was kept; run it again if you want to.';

/** Ends open inputs and programs in the log, all in one transaction. `alive`: programs that went on meanwhile. */
export function abortLeftovers({ log, requests, database }: SessionStore, at: number, alive: readonly number[]): void {
  const inputs = requests.open('input');
  const programs = requests.open('program').filter((program) => !alive.includes(program));
  if (inputs.length === 0 && programs.length === 0) return;
  database.transaction(() => {
    for (const input of inputs) {
      const outcome = { status: 'aborted', message: MESSAGE } as const;
      const body: EventBody<'done'> = { at, input, milliseconds: 0, revision: null, outcome };
      log.append({ name: 'done', body });
      requests.close('input', input);
    }
    for (const program of programs) {
      const outcome = { kind: 'failed', message: MESSAGE } as const;
      log.append({ name: 'exit', body: { at, program, milliseconds: 0, outcome } });
      requests.close('program', program);
    }
  });
}
