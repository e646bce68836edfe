/** What this terminal shows and where the person is in it: a pure reducer, apart from drawing and from the session. */

import type { InputBlock, Language, Variable } from '../client/session-view.ts';
import { type Buffer, type EditAction, EMPTY_BUFFER, editBuffer, LEVELS } from './editor/buffer.ts';
import { addEntry, browse, EMPTY_HISTORY, type History, prependEntries, searchBack } from './editor/history.ts';
import type { Mode } from './key-bindings.ts';
import type { PaneName } from './layout.ts';
import type { Notice } from './panes/transcript.ts';

interface Candidates {
  readonly from: number;
  readonly list: readonly string[];
  /** The one inserted, if any. */
  readonly selected: number | null;
}

interface Search {
  readonly query: string;
  /** The entry shown; null when nothing matches. */
  readonly match: number | null;
  /** What the editor held before. */
  readonly draft: { readonly text: string; readonly cursor: number };
}

interface Viewer {
  readonly path: string;
  /** Shown instead of contents while loading and after a failure. */
  readonly message: string | null;
}

export interface ViewState {
  readonly focus: PaneName;
  readonly language: Language;
  readonly editor: Buffer;
  readonly history: History;
  /** Inputs to be sent when there is a connection, in order. */
  readonly waiting: readonly InputBlock[];
  readonly candidates: Candidates | null;
  readonly search: Search | null;
  /** One line for the status bar, until the next key. */
  readonly message: string | null;
  /** The next Ctrl-C on the empty line leaves. */
  readonly leaving: boolean;
  readonly viewer: Viewer | null;
  readonly selectedFile: string | null;
  readonly expanded: ReadonlySet<string>;
  /** The variables in their pane; null while it is hidden. */
  readonly watched: readonly Variable[] | null;
  /** First row shown; null follows the end. */
  readonly scroll: { readonly repl: number | null; readonly log: number | null; readonly viewer: number | null };
  readonly notices: readonly Notice[];
  /** The transcript is hidden through this item. */
  readonly clearedThrough: string | null;
}

export type ViewAction =
  | { readonly type: 'edit'; readonly edit: EditAction }
  /** Takes the text out of the editor and into the history. */
  | { readonly type: 'take' }
  | { readonly type: 'waiting'; readonly inputs: readonly InputBlock[] }
  /** Empties the editor of what was no input: no history and no undo brings it back. */
  | { readonly type: 'forget' }
  | { readonly type: 'browse'; readonly step: -1 | 1 }
  | { readonly type: 'load-history'; readonly entries: readonly string[] }
  | { readonly type: 'offer'; readonly candidates: Candidates }
  | { readonly type: 'choose'; readonly step: -1 | 1 }
  | { readonly type: 'close-candidates' }
  | { readonly type: 'search-start' }
  | { readonly type: 'search-query'; readonly query: string }
  | { readonly type: 'search-older' }
  | { readonly type: 'search-end'; readonly keep: boolean }
  | { readonly type: 'message'; readonly message: string | null; readonly leaving?: boolean }
  | { readonly type: 'focus'; readonly pane: PaneName }
  | { readonly type: 'scroll'; readonly pane: 'repl' | 'log' | 'viewer'; readonly top: number | null }
  | { readonly type: 'select-file'; readonly path: string }
  | { readonly type: 'expand'; readonly path: string; readonly open: boolean }
  | { readonly type: 'view'; readonly viewer: Viewer | null }
  | { readonly type: 'watch'; readonly variables: readonly Variable[] | null }
  | { readonly type: 'language'; readonly language: Language }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'clear'; readonly through: string | null };

/** The view state of the moment, and the way to change it. */
export interface ViewStore {
  state(): ViewState;
  dispatch(action: ViewAction): void;
}

export const INITIAL_VIEW: ViewState = {
  focus: 'repl',
  language: 'ts',
  editor: EMPTY_BUFFER,
  history: EMPTY_HISTORY,
  waiting: [],
  candidates: null,
  search: null,
  message: null,
  leaving: false,
  viewer: null,
  selectedFile: null,
  expanded: new Set(),
  watched: null,
  scroll: { repl: null, log: null, viewer: null },
  notices: [],
  clearedThrough: null,
};

const MAX_NOTICES = 200;

/** Where keys go. */
export function modeOf(state: ViewState): Mode {
  if (state.focus === 'files' || state.focus === 'log') return state.focus;
  if (state.viewer !== null) return 'viewer';
  return state.search === null ? 'editor' : 'search';
}

export function reduceView(state: ViewState, action: ViewAction): ViewState {
  switch (action.type) {
    case 'edit':
      return { ...state, editor: editBuffer(state.editor, action.edit, LEVELS[state.language]), candidates: null };
    case 'take':
      return {
        ...state,
        editor: { ...EMPTY_BUFFER, kills: state.editor.kills },
        history: addEntry(state.history, state.editor.text),
        candidates: null,
        scroll: { ...state.scroll, repl: null },
      };
    case 'waiting':
      return { ...state, waiting: action.inputs };
    case 'forget':
      return { ...state, editor: { ...EMPTY_BUFFER, kills: state.editor.kills }, candidates: null };
    case 'browse': {
      const found = browse(state.history, action.step, state.editor.text);
      if (found === null) return state;
      const editor = editBuffer(state.editor, { type: 'set', text: found.text });
      return { ...state, history: found.history, editor, candidates: null };
    }
    case 'load-history':
      return { ...state, history: prependEntries(state.history, action.entries) };
    case 'offer':
      return { ...state, candidates: action.candidates };
    case 'choose':
      return choose(state, action.step);
    case 'close-candidates':
      return { ...state, candidates: null };
    case 'search-start': {
      const { text, cursor } = state.editor;
      return { ...state, search: { query: '', match: null, draft: { text, cursor } }, candidates: null };
    }
    case 'search-query':
      return search(state, action.query, state.history.entries.length);
    case 'search-older':
      return search(state, state.search?.query ?? '', state.search?.match ?? state.history.entries.length);
    case 'search-end': {
      if (state.search === null) return state;
      const { draft } = state.search;
      const editor = action.keep ? state.editor : editBuffer(state.editor, { type: 'set', ...draft });
      return { ...state, search: null, editor };
    }
    case 'message':
      return { ...state, message: action.message, leaving: action.leaving ?? false };
    case 'focus':
      return { ...state, focus: action.pane, candidates: null, search: null };
    case 'scroll':
      return { ...state, scroll: { ...state.scroll, [action.pane]: action.top } };
    case 'select-file':
      return { ...state, selectedFile: action.path };
    case 'expand': {
      const expanded = new Set(state.expanded);
      if (action.open) expanded.add(action.path);
      else expanded.delete(action.path);
      return { ...state, expanded };
    }
    case 'view': {
      const same = action.viewer !== null && action.viewer.path === state.viewer?.path;
      const scroll = same ? state.scroll : { ...state.scroll, viewer: 0 };
      return { ...state, viewer: action.viewer, focus: 'repl', scroll };
    }
    case 'watch':
      return { ...state, watched: action.variables };
    case 'language':
      return { ...state, language: action.language };
    case 'notice':
      return { ...state, notices: [...state.notices, action.notice].slice(-MAX_NOTICES) };
    case 'clear':
      return { ...state, clearedThrough: action.through, scroll: { ...state.scroll, repl: null } };
  }
}

/** Puts the next candidate in place of what was typed. */
function choose(state: ViewState, step: -1 | 1): ViewState {
  const { candidates, editor } = state;
  if (candidates === null) return state;
  const count = candidates.list.length;
  const first = step === 1 ? 0 : count - 1;
  const selected = candidates.selected === null ? first : (candidates.selected + step + count) % count;
  const text = candidates.list[selected] ?? '';
  const edited = editBuffer(editor, { type: 'replace', from: candidates.from, to: editor.cursor, text });
  return { ...state, editor: edited, candidates: { ...candidates, selected } };
}

/** Shows the newest entry older than `before` with the query in it; the last match stays when there is none. */
function search(state: ViewState, query: string, before: number): ViewState {
  if (state.search === null) return state;
  const found = searchBack(state.history, query, before);
  if (found === null) {
    const stays = query === state.search.query ? state.search.match : null;
    return { ...state, search: { ...state.search, query, match: stays } };
  }
  const cursor = found.text.toLowerCase().indexOf(query.toLowerCase());
  const editor = editBuffer(state.editor, { type: 'set', text: found.text, cursor: Math.max(0, cursor) });
  return { ...state, editor, search: { ...state.search, query, match: found.index } };
}
