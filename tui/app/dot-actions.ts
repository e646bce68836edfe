/** Carries out dot commands. The answer is text for the transcript, or nothing where the screen shows it. */

import type { Move } from '../client/history.ts';
import { replayedText } from '../client/history-words.ts';
import { sanitizeName } from '../client/sanitize.ts';
import type { Language, SessionView } from '../client/session-view.ts';
import { type DotName, helpText, table } from './dot-commands.ts';
import { differenceLines, historyLines } from './history-text.ts';
import { SIDE_FROM_COLUMNS, VARIABLES_FROM_ROWS } from './layout.ts';

export interface DotContext {
  readonly session: SessionView;
  readonly language: Language;
  /** Characters in a row of the transcript. */
  readonly columns: number;
  setLanguage(language: Language): void;
  focusFiles(): void;
  /** Shows or hides the pane of variables. Returns whether it is shown. */
  watch(): boolean;
  clear(): void;
  leave(): void;
}

/** What `.history` shows by itself: it fits on a screen of 24 rows. */
const SHOWN_REVISIONS = 15;
const WATCHED = `The variables stand beside the prompt, on a screen of ${SIDE_FROM_COLUMNS}x${VARIABLES_FROM_ROWS} or more.`;

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
  py: ({ setLanguage }) => {
    setLanguage('py');
    return 'Inputs are Python now.';
  },
  files: ({ focusFiles }) => {
    focusFiles();
    return null;
  },
  vars: async ({ session, language }) => {
    const variables = await session.variables(language);
    const rows = variables.map(({ name, type, preview }) => [name, type, preview].map(sanitizeName));
    return rows.length === 0 ? 'No variables yet.' : table(rows);
  },
  watch: ({ watch }) => (watch() ? WATCHED : null),
  history: async ({ session, columns }, [limit]) => {
    const history = await session.history.list(limit === undefined ? SHOWN_REVISIONS : wholeNumber(limit, 1));
    const lines = historyLines(history, columns);
    return lines.length === 0 ? 'No revisions yet.' : lines.join('\n');
  },
  undo: move(() => ({ op: 'undo' })),
  redo: move(() => ({ op: 'redo' })),
  goto: move(([revision = '']) => ({ op: 'goto', revision: wholeNumber(revision, 0) })),
  restore: move(([name = '']) => ({ op: 'restore', name })),
  reset: move(() => ({ op: 'reset' })),
  replay: async ({ session }, [from]) => {
    const text = replayedText(await session.history.replay(from === undefined ? null : wholeNumber(from, 1)));
    return `${text}.`;
  },
  checkpoint: async ({ session }, [name = '', option]) => {
    if (option !== undefined && option !== '--force') throw new Error(`${option} is no option of .checkpoint.`);
    const revision = await session.history.checkpoint(name, option !== undefined);
    return `Checkpoint ${name} is revision ${revision}.`;
  },
  diff: async ({ session }, [from = '', to]) => {
    const end = to === undefined ? null : wholeNumber(to, 0);
    const lines = differenceLines(await session.history.difference(wholeNumber(from, 0), end));
    return lines.length === 0 ? 'Nothing differs.' : lines.join('\n');
  },
  fork: async ({ session }, [name = '']) => {
    await session.history.fork(name, null);
    return `Session ${name} goes on from here. To open it: spawnpoint-cf attach ${name}`;
  },
  pip: ({ session }, names) => {
    session.submit(`%pip install ${names.join(' ')}`, 'py');
    return null;
  },
  run: async ({ session }, [file = '', ...args]) => {
    const program = await session.run(file, args);
    return `Program ${program} runs; what it prints is in the log (F6).`;
  },
  serve: async ({ session }, [path = '']) => {
    const { program, link } = await session.previews.serve(path);
    return `Preview ${program} is at ${link}\nThe link is good once, for ten minutes; .ps shows another.`;
  },
  ps: async ({ session }) => {
    const { programs } = session.getSnapshot();
    const previews = await session.previews.list();
    const rows = programs.map(({ id, name, state }) => {
      const link = previews.find(({ program }) => program === id)?.link;
      return [String(id), sanitizeName(name), sanitizeName(link ?? state)];
    });
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

/** A move shows as a block, as everyone in the session sees it. */
function move(moveOf: (args: readonly string[]) => Move): DotAction {
  return async ({ session }, args) => {
    await session.history.move(moveOf(args));
    return null;
  };
}

function wholeNumber(text: string, least: number): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`${text} is no whole number from ${least} on.`);
}

/** Commands that change something; a read-only terminal may not. */
export const CHANGES_SESSION: ReadonlySet<DotName> = new Set<DotName>([
  'pip',
  'run',
  'serve',
  'kill',
  'undo',
  'redo',
  'goto',
  'restore',
  'reset',
  'replay',
  'checkpoint',
  'fork',
]);

/** Rejects with an Error whose message is for the person. */
export async function runDotCommand(
  name: DotName,
  args: readonly string[],
  context: DotContext,
): Promise<string | null> {
  return ACTIONS[name](context, args);
}
