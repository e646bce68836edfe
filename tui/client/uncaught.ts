/** How an error that ended an input is told, in the transcript and on the command line. */

import type { Language } from './session-view.ts';

/** Begins as in the language's own REPL. `text`: the error as the kernel printed it. */
export function uncaughtText(text: string, language: Language): string {
  return language === 'py' ? text : `Uncaught ${text}`;
}
