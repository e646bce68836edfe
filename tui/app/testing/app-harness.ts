/** Starts the whole app on an emulated terminal, with a session in memory and time under control. */

import type { Language } from '../../client/session-view.ts';
import type { HistoryStorage } from '../editor/history.ts';
import { runApp } from '../main.tsx';
import { ManualClock } from './manual-clock.ts';
import { MemorySession } from './memory-session.ts';
import { XtermTerminal } from './xterm-terminal.ts';

class MemoryHistory implements HistoryStorage {
  readonly entries: string[];

  constructor(entries: readonly string[] = []) {
    this.entries = [...entries];
  }

  async load(): Promise<readonly string[]> {
    return [...this.entries];
  }

  async append(entry: string): Promise<void> {
    this.entries.push(entry);
  }
}

export async function startApp(
  options: {
    columns?: number;
    rows?: number;
    color?: boolean;
    history?: readonly string[] | HistoryStorage;
    language?: Language;
  } = {},
) {
  const given = options.history ?? [];
  const terminal = new XtermTerminal(options.columns ?? 100, options.rows ?? 24);
  const session = new MemorySession();
  const clock = new ManualClock();
  const history = new MemoryHistory('load' in given ? [] : given);
  let ended = false;
  const storage = 'load' in given ? given : history;
  const done = runApp(terminal, session, {
    clock,
    history: storage,
    language: options.language ?? 'ts',
    color: options.color ?? true,
  }).finally(() => {
    ended = true;
  });
  /** Lets promises settle, a frame pass and the emulator read it. */
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    clock.advance(20);
    await terminal.flush();
  };
  /** Types each piece as a chunk of its own, then shows the screen. */
  const type = async (...chunks: string[]) => {
    for (const chunk of chunks) terminal.type(chunk);
    await settle();
    await settle();
    return terminal.screen();
  };
  await settle();
  return { terminal, session, clock, history, done, ended: () => ended, settle, type, screen: () => terminal.screen() };
}
