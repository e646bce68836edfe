/** What an input waits for, told when it has waited long enough for a person to wonder. */

import type { SessionState } from '../../protocol/control.ts';
import type { Language } from '../client/session-view.ts';

/** Others' inputs mostly end sooner. */
export const WAITING_MILLISECONDS = 1_000;

/** Half a sentence for the person who submitted `input`; null if it does not wait. */
export function waitingText(
  { busy, queued }: SessionState,
  input: number,
  { language, session }: { readonly language: Language; readonly session: string },
): string | null {
  const place = queued.indexOf(input);
  if (place < 0) return null;
  const kernel = language === 'py' ? 'python' : 'javascript';
  const running = busy.find(([name]) => name === kernel)?.[1];
  const what = running === undefined ? 'what runs' : `input ${running}`;
  return (
    `waiting for ${what} in session ${session}; Ctrl-C gives up. ` +
    `To see it, and interrupt it there: spawnpoint-cf attach ${session}`
  );
}
