/** Carries out dot commands. The answer is text for the transcript, or nothing where the screen shows it. */

import { sanitizeName } from '../client/sanitize.ts';
import type { SessionView } from '../client/session-view.ts';
import { type DotName, helpText, table } from './dot-commands.ts';

export interface DotContext {
  readonly session: SessionView;
  setLanguage(language: 'js' | 'ts'): void;
  focusFiles(): void;
  clear(): void;
  leave(): void;
}

type DotAction = (context: DotContext, args: readonly string[]) => Promise<string | null> | string | null;

const ACTIONS: Readonly<Record<DotName, DotAction>> = {
  help: () => helpText(),
  js: ({ setLanguage }) => {
    setLanguage('js');
    return 'Inputs are JavaScript now.';
  },
  ts: ({ setLanguage }) => {
    setLanguage('ts');
    return 'Inputs are TypeScript now.';
  },
  files: ({ focusFiles }) => {
    focusFiles();
    return null;
  },
  vars: async ({ session }) => {
    const variables = await session.variables();
    const rows = variables.map(({ name, type, preview }) => [name, type, preview].map(sanitizeName));
    return rows.length === 0 ? 'No variables yet.' : table(rows);
  },
  history: async ({ session }) => {
    const inputs = await session.history();
    const rows = inputs.map(({ number, code }) => [String(number), sanitizeName(code.replace(/\s*\n\s*/g, ' ⏎ '))]);
    return rows.length === 0 ? 'No inputs yet.' : rows.map((row) => row.join('  ')).join('\n');
  },
  run: async ({ session }, [file = '', ...args]) => {
    await session.run(file, args);
    return null;
  },
  ps: ({ session }) => {
    const { programs } = session.getSnapshot();
    const rows = programs.map(({ id, name, state }) => [String(id), sanitizeName(name), sanitizeName(state)]);
    return rows.length === 0 ? 'No programs.' : table(rows);
  },
  kill: async ({ session }, [id = '']) => {
    if (!/^\d+$/.test(id)) throw new Error(`${id} is not the number of a program. .ps lists them.`);
    await session.kill(Number(id));
    return `Program ${id} is told to end.`;
  },
  clear: ({ clear }) => {
    clear();
    return null;
  },
  exit: ({ leave }) => {
    leave();
    return null;
  },
};

/** Commands that change the session; a read-only terminal may not. */
export const CHANGES_SESSION: ReadonlySet<DotName> = new Set<DotName>(['run', 'kill']);

/** Rejects with an Error whose message is for the person. */
export async function runDotCommand(
  name: DotName,
  args: readonly string[],
  context: DotContext,
): Promise<string | null> {
  return ACTIONS[name](context, args);
}
