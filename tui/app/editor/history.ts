/** Former inputs, one entry each however many lines: browsing up and down, and incremental search. Pure. */

/** Where entries are kept between runs. */
export interface HistoryStorage {
  /** All entries, oldest first, those of other terminals too. */
  load(): Promise<readonly string[]>;
  append(entry: string): Promise<void>;
}

export interface History {
  /** Oldest first. */
  readonly entries: readonly string[];
  /** The entry shown, `entries.length` for the draft. */
  readonly index: number;
  /** Texts changed while browsing, by index; the draft is one of them. Forgotten at the next submit. */
  readonly edits: ReadonlyMap<number, string>;
}

const MAX_ENTRIES = 10_000;

export const EMPTY_HISTORY: History = { entries: [], index: 0, edits: new Map() };

/** Adds an input; the same as the newest, or a blank one, adds nothing. Browsing ends. */
export function addEntry(history: History, entry: string): History {
  const blank = entry.trim() === '' || entry === history.entries.at(-1);
  const entries = blank ? history.entries : [...history.entries, entry].slice(-MAX_ENTRIES);
  return { entries, index: entries.length, edits: new Map() };
}

/** Entries read from storage, which came before those of this run. */
export function prependEntries(history: History, older: readonly string[]): History {
  const kept = older.slice(-MAX_ENTRIES);
  const edits = new Map([...history.edits].map(([index, text]) => [index + kept.length, text] as const));
  return { entries: [...kept, ...history.entries], index: history.index + kept.length, edits };
}

/** One step to older (-1) or newer (1) entries; null at the end. `current` is the text shown now. */
export function browse(history: History, step: -1 | 1, current: string): { history: History; text: string } | null {
  const index = history.index + step;
  if (index < 0 || index > history.entries.length) return null;
  const edits = new Map(history.edits).set(history.index, current);
  return { history: { ...history, index, edits }, text: edits.get(index) ?? history.entries[index] ?? '' };
}

/** The newest entry before `before` that contains `query`; null if none does. An empty query finds nothing. */
export function searchBack(history: History, query: string, before: number): { index: number; text: string } | null {
  if (query === '') return null;
  // Capitals in the query make it exact, as in vim and less.
  const fold = query === query.toLowerCase();
  for (let index = Math.min(before, history.entries.length) - 1; index >= 0; index--) {
    const text = history.entries[index] ?? '';
    if ((fold ? text.toLowerCase() : text).includes(query)) return { index, text };
  }
  return null;
}
