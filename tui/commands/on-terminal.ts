/**
 * The TUI as a command. The keys are taken before all else: what a person types while the TUI is loaded and the server
 * starts is neither shown twice nor lost.
 */

import type { Invocation } from '../arguments/parse.ts';
import type { Io } from '../io.ts';
import { NodeTerminal } from '../node-terminal.ts';

/**
 * Makes the session that is not there yet, unless `isExisting`. Resolves with the exit status once the person leaves.
 * Throws `ExitError`, with the terminal given back.
 */
export async function onTerminal(invocation: Invocation, io: Io, isExisting = false): Promise<number> {
  const terminal = new NodeTerminal();
  terminal.takeKeys();
  try {
    const { openTui } = await import('../interactive.ts');
    return await openTui(invocation, io, terminal, isExisting);
  } finally {
    terminal.close();
  }
}
