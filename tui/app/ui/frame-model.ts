/** What the frame around the painted panes says, as plain rows. Pure; `Frame` draws it. */

import { sanitizeName } from '../../client/sanitize.ts';
import type { Language, SessionSnapshot, SessionStatus, Variable } from '../../client/session-view.ts';
import { layOutEditor } from '../editor/editor-rows.ts';
import type { Layout } from '../layout.ts';
import { PROMPT } from '../panes/block-rows.ts';
import { formatSize, type TreeRow } from '../panes/file-tree.ts';
import type { Position } from '../screen.ts';
import { cellWidth, fitExactly, truncate } from '../text/cells.ts';
import { bold, cyan, dim, inverse } from '../theme.ts';
import type { ViewState } from '../view-state.ts';

/** An input wants a line. As wide as the prompt of inputs. */
const ASK_PROMPT = '? ';

const CONNECTIONS: Readonly<Record<SessionStatus['connection'], string>> = {
  online: 'online',
  reconnecting: 'reconnecting…',
  stopped: 'server stopped',
  offline: 'offline',
};

/** Cells of the session's name, where it has to be cut. */
const MIN_NAME = 4;

const KERNELS: Readonly<Record<Language, string>> = { js: 'javascript (js)', ts: 'javascript (ts)', py: 'python' };

export interface FrameModel {
  readonly columns: number;
  readonly rows: number;
  readonly main: MainModel;
  /** Null without a side: one pane at a time. */
  readonly side: { readonly width: number; readonly rows: readonly string[] } | null;
  readonly status: string;
}

/** Blank rows (where the transcript is painted), then rows of text. */
export interface MainModel {
  readonly width: number;
  readonly blank: number;
  readonly rows: readonly string[];
}

export interface EditorModel {
  readonly rows: readonly string[];
  /** Relative to the first of `rows`. */
  readonly cursor: Position;
}

/** The editor with the row of candidates or of the search under it. */
export function editorModel(
  state: ViewState,
  { status, ask }: SessionSnapshot,
  width: number,
  height: number,
): EditorModel {
  const sign = ask === null ? PROMPT : ASK_PROMPT;
  const prompt = status.connection === 'online' && !status.readOnly ? cyan(sign) : dim(sign);
  const { text } = state.editor;
  const { rows, cursor } = layOutEditor(
    ask?.isSecret ? { ...state.editor, text: '•'.repeat(text.length) } : state.editor,
    {
      width,
      maxRows: Math.max(1, Math.floor(height / 2)),
      prompt: sign,
      continuation: '· ',
    },
  );
  const out = rows.map(({ prefix, text }) => (prefix === sign ? prompt : dim(prefix)) + text);
  if (state.search !== null) {
    const label =
      state.search.match === null && state.search.query !== '' ? 'no former input with: ' : 'former input with: ';
    const query = truncate(sanitizeName(state.search.query), width - cellWidth(label) - 1);
    out.push(dim(label) + query);
    return { rows: out, cursor: { x: cellWidth(label + query), y: out.length - 1 } };
  }
  if (state.candidates !== null) out.push(candidateRow(state.candidates.list, state.candidates.selected, width));
  return { rows: out, cursor };
}

/** As many candidates as fit, around the selected one, and how many there are beside them. */
function candidateRow(list: readonly string[], selected: number | null, width: number): string {
  const count = (shown: number) =>
    selected !== null ? `${selected + 1}/${list.length}` : shown < list.length ? `… ${list.length - shown} more` : '';
  const space = width - 3 - cellWidth(count(0));
  let first = selected ?? 0;
  let last = first;
  let used = 0;
  const cost = (index: number) => cellWidth(sanitizeName(list[index] ?? '')) + 2;
  while (last < list.length && used + cost(last) <= space) used += cost(last++);
  while (first > 0 && used + cost(first - 1) <= space) used += cost(--first);
  last = Math.max(last, first + 1);
  const shown = list.slice(first, last).map((candidate, index) => {
    const name = truncate(sanitizeName(candidate), space);
    return first + index === selected ? inverse(name) : name;
  });
  return `  ${shown.join('  ')}  ${dim(count(last - first))}`.trimEnd();
}

/** A title row: a rule with the pane's name in it. */
export function title(name: string, width: number, focused: boolean): string {
  const shown = truncate(name, width - 4);
  const rule = dim('─'.repeat(Math.max(0, width - cellWidth(shown) - 3)));
  return `${dim('─')} ${focused ? bold(cyan(shown)) : dim(shown)} ${rule}`;
}

export function fileRows(tree: readonly TreeRow[], state: ViewState, width: number, height: number): string[] {
  if (tree.length === 0) return [dim(truncate(' no files yet', width))];
  const selected = Math.max(0, selectedIndex(tree, state.selectedFile));
  const top = Math.max(0, Math.min(selected - Math.floor(height / 2), tree.length - height));
  return tree.slice(top, top + height).map((row, index) => {
    const mark = row.kind === 'file' ? '  ' : row.expanded ? '▾ ' : '▸ ';
    const size = row.kind === 'file' ? ` ${formatSize(row.size)} ` : ' ';
    const name = fitExactly(`${' '.repeat(1 + row.depth * 2)}${mark}${row.name}`, width - cellWidth(size));
    if (state.focus === 'files' && top + index === selected) return inverse(name + size);
    return name + dim(size);
  });
}

/** Names and what they hold, in the order of the session; the last row counts those that have no room. */
export function variableRows(variables: readonly Variable[], width: number, height: number): string[] {
  if (variables.length === 0) return [dim(truncate(' no variables yet', width))];
  const left = variables.length - height;
  const shown = left > 0 ? variables.slice(0, height - 1) : variables;
  const names = shown.map(({ name }) => truncate(sanitizeName(name), Math.floor(width / 2)));
  const column = Math.max(...names.map(cellWidth));
  const rows = shown.map(({ preview }, index) => {
    const text = truncate(sanitizeName(preview), width - column - 3);
    return ` ${fitExactly(names[index] ?? '', column)}  ${dim(text)}`;
  });
  return left > 0 ? [...rows, dim(` … ${left + 1} more: .vars`)] : rows;
}

const selectedIndex = (tree: readonly TreeRow[], path: string | null): number =>
  tree.findIndex((row) => row.path === path);

export function statusLine(status: SessionStatus, state: ViewState, width: number): string {
  const right = ` ${state.message === null ? hint(state) : sanitizeName(state.message)} `;
  if (state.message !== null) {
    // A message matters more than the rest of the line.
    const rightWidth = Math.min(cellWidth(right), width);
    return inverse(fitExactly(` ${facts(status, state, width)}`, width - rightWidth) + fitExactly(right, rightWidth));
  }
  const left = ` ${facts(status, state, width - 1)}`;
  const space = width - cellWidth(left);
  return inverse(left + (space >= cellWidth(right) ? right.padStart(space) : ' '.repeat(Math.max(0, space))));
}

/** In at most `width` cells: what matters least goes first, the connection never. */
function facts(status: SessionStatus, state: ViewState, width: number): string {
  const count = status.terminals.length;
  const name = sanitizeName(status.session);
  const terminals = `${count} ${count === 1 ? 'terminal' : 'terminals'}`;
  const activity = status.busy ? '● busy' : 'idle';
  const connection = [connectionWords(status), ...(status.readOnly ? ['read-only'] : [])].join(' · ');
  const choices = [
    [KERNELS[state.language], activity, terminals, connection],
    [state.language, activity, terminals, connection],
    [state.language, activity, connection],
    [activity, connection],
    [connection],
  ].map((parts) => parts.join(' · '));
  const room = (choice: string) => width - cellWidth(choice) - 3;
  const whole = choices.find((choice) => room(choice) >= cellWidth(name));
  if (whole !== undefined) return `${name} · ${whole}`;
  const short = choices.find((choice) => room(choice) >= MIN_NAME);
  return short === undefined ? truncate(connection, width) : `${truncate(name, room(short))} · ${short}`;
}

function connectionWords({ connection, unanswered }: SessionStatus): string {
  return connection === 'online' && unanswered > 0 ? `no answer for ${unanswered} s` : CONNECTIONS[connection];
}

/** What the keys do where they go now. */
function hint(state: ViewState): string {
  if (state.focus === 'files') return 'Enter opens · Esc: prompt';
  if (state.focus === 'log') return 'Up PgUp End · Esc: prompt';
  return state.scroll.repl === null ? 'F6 panes · .help' : 'scrolled back: PgDn';
}

export function viewerTitle(state: ViewState, snapshot: SessionSnapshot, width: number): string {
  const path = state.viewer?.path ?? '';
  const size = snapshot.files.find((entry) => entry.path === path)?.size;
  const facts = [sanitizeName(path), ...(size === undefined ? [] : [formatSize(size)]), 'read-only', 'Esc closes'];
  return title(facts.join(' · '), width, state.focus === 'repl');
}

export function logTitle(state: ViewState, layout: Layout): string {
  const back = layout.divider === null ? ' · Esc: back' : '';
  const scrolledBack = state.scroll.log !== null ? ' · scrolled back' : '';
  return title(`Log${back}${scrolledBack}`, layout.log?.width ?? 0, state.focus === 'log');
}
