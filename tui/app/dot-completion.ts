/** Tab in a dot command: its name, and what it takes: files, checkpoints, programs. */

import type { Completion, FileEntry, SessionView } from '../client/session-view.ts';
import { DOT_COMMANDS, type DotName } from './dot-commands.ts';
import { parentOf } from './panes/file-tree.ts';

/** How a word may go on; a directory ends with a slash, and the word goes on behind it. */
type WordSource = (session: SessionView, word: string, index: number) => Promise<readonly string[]>;

/** Checkpoints are looked for among so many of the newest revisions: as many as a session keeps. */
const REVISIONS = 200;

const SOURCES: Readonly<Partial<Record<DotName, WordSource>>> = {
  run: async (session, word, index) => {
    const ofSession = sessionPaths(session, word);
    return index > 0 ? ofSession : [...new Set([...ofSession, ...(await localPaths(session, word))])].sort();
  },
  serve: async (session, word, index) => (index === 0 ? sessionPaths(session, word) : []),
  restore: async (session, word, index) => {
    if (index > 0) return [];
    const { entries } = await session.history.list(REVISIONS);
    return entries.flatMap(({ checkpoints }) => checkpoints).filter((name) => name.startsWith(word));
  },
  kill: async (session, word, index) => {
    const running = session.getSnapshot().programs.filter(({ state }) => state === 'running');
    return index > 0 ? [] : running.map(({ id }) => String(id)).filter((id) => id.startsWith(word));
  },
};

/** How a dot command may go on at the cursor; null if `text` is none. Rejects with an Error for the person. */
export async function completeDot(session: SessionView, text: string, cursor: number): Promise<Completion | null> {
  const before = text.slice(0, cursor);
  const [, given = '', rest] = /^\s*\.([a-z]*)(?:[ \t]+(.*))?$/i.exec(text.includes('\n') ? '' : before) ?? [];
  if (!/^\s*\./.test(before) || (given === '' && before.trim() !== '.')) return null;
  if (rest === undefined) {
    const names = DOT_COMMANDS.filter(({ name }) => name.startsWith(given.toLowerCase()));
    const [only] = names.length === 1 ? names : [];
    const candidates = only === undefined ? names.map(({ name }) => `.${name}`) : [`.${only.name}${only.args && ' '}`];
    return { from: cursor - given.length - 1, to: cursor, candidates };
  }
  const command = DOT_COMMANDS.find(({ name }) => name === given.toLowerCase());
  if (command === undefined) return null;
  const { raw, word, index } = lastWord(rest);
  const found = (await SOURCES[command.name]?.(session, word, index)) ?? [];
  const candidates = found.map((each) => (each.endsWith('/') ? openQuoted(each) : quoted(each)));
  const [only] = candidates.length === 1 ? candidates : [];
  const isWhole = only !== undefined && !only.endsWith('/');
  return { from: cursor - raw.length, to: cursor, candidates: isWhole ? [`${only} `] : candidates };
}

/** The word at the end of `text`, as typed and without its quotes, and how many words stand before it. */
function lastWord(text: string): { raw: string; word: string; index: number } {
  const words = text.match(/(?:[^\s"']|"[^"]*(?:"|$)|'[^']*(?:'|$))+/g) ?? [];
  const last = words.at(-1) ?? '';
  const raw = text.endsWith(last) ? last : '';
  const index = raw === '' ? words.length : words.length - 1;
  return { raw, word: raw.replace(/["']/g, ''), index };
}

/** As a word of a dot command. */
function quoted(word: string): string {
  if (!/[\s"']/.test(word)) return word;
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}

/** The same for the beginning of one. */
const openQuoted = (word: string) => (/[\s"']/.test(word) ? quoted(word).slice(0, -1) : word);

function sessionPaths(session: SessionView, word: string): string[] {
  const directory = parentOf(word);
  const inside = session.getSnapshot().files.filter(({ path }) => parentOf(path) === directory);
  return matching(
    inside.map(({ path, kind }: FileEntry) => `${path}${kind === 'directory' ? '/' : ''}`),
    word,
  );
}

async function localPaths(session: SessionView, word: string): Promise<string[]> {
  const directory = word.slice(0, word.lastIndexOf('/') + 1);
  const entries = await session.localFiles(directory);
  return matching(
    entries.map(({ name, isDirectory }) => `${directory}${name}${isDirectory ? '/' : ''}`),
    word,
  );
}

/** Paths that begin with `word`. Hidden names have to be asked for. */
function matching(paths: readonly string[], word: string): string[] {
  const isHidden = (path: string) => path.startsWith('.', path.replace(/\/$/, '').lastIndexOf('/') + 1);
  const wantsHidden = isHidden(word);
  return paths.filter((path) => path.startsWith(word) && (wantsHidden || !isHidden(path)));
}
