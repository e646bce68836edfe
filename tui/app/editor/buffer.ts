/** The text being edited: a pure reducer over text, cursor, kill ring and undo. */

import {
  advance,
  countGraphemes,
  lineEnd,
  lineStart,
  nextGrapheme,
  nextWord,
  previousBlank,
  previousGrapheme,
  previousWord,
} from './text.ts';

type Place =
  | 'left'
  /** As `left`, but past a whole level of the white space that a line begins with. */
  | 'level-left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'blank-left'
  | 'line-start'
  | 'line-end'
  | 'start'
  | 'end'
  | 'line-up'
  | 'line-down';

export type EditAction =
  /** `typed` text joins the undo step of the text typed before it. */
  | { readonly type: 'insert'; readonly text: string; readonly typed: boolean }
  /** Replaces a range, as completion does. */
  | { readonly type: 'replace'; readonly from: number; readonly to: number; readonly text: string }
  | { readonly type: 'set'; readonly text: string; readonly cursor?: number }
  | { readonly type: 'move' | 'delete' | 'kill'; readonly to: Place }
  | { readonly type: 'yank' }
  | { readonly type: 'yank-pop' }
  | { readonly type: 'transpose' }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' };

interface Point {
  readonly text: string;
  readonly cursor: number;
}

export interface Buffer extends Point {
  /** The column in graphemes that up and down keep to. */
  readonly goal: number | null;
  readonly undo: readonly Point[];
  readonly redo: readonly Point[];
  /** Killed texts, newest last. */
  readonly kills: readonly string[];
  /** The last action, as far as the next one depends on it. */
  readonly last: 'typed' | 'kill' | { readonly yankedFrom: number; readonly kill: number } | null;
}

const UNDO_STEPS = 200;
const KILLS = 20;

export const EMPTY_BUFFER: Buffer = { text: '', cursor: 0, goal: null, undo: [], redo: [], kills: [], last: null };

/** What the languages are indented by, in spaces. */
export const LEVELS = { js: 2, ts: 2, py: 4 } as const;

/** `level`: by how many spaces one level of the text is indented. */
export function editBuffer(buffer: Buffer, action: EditAction, level = 2): Buffer {
  const { text, cursor } = buffer;
  switch (action.type) {
    case 'insert':
      if (action.text === '') return buffer;
      return insert(buffer, action.text, action.typed ? surplusIndent(buffer, action.text, level) : null);
    case 'replace': {
      const changed = text.slice(0, action.from) + action.text + text.slice(action.to);
      return change(buffer, changed, action.from + action.text.length);
    }
    case 'set':
      return change(buffer, action.text, action.cursor ?? action.text.length);
    case 'move':
      return move(buffer, action.to);
    case 'delete': {
      const [from, to] = action.to === 'level-left' ? levelBefore(buffer, level) : range(buffer, action.to);
      return from === to ? buffer : change(buffer, text.slice(0, from) + text.slice(to), from);
    }
    case 'kill':
      return kill(buffer, action.to);
    case 'yank': {
      const newest = buffer.kills.length - 1;
      const killed = buffer.kills[newest];
      if (killed === undefined) return buffer;
      return { ...insert(buffer, killed, null), last: { yankedFrom: cursor, kill: newest } };
    }
    case 'yank-pop':
      return yankPop(buffer);
    case 'transpose':
      return transpose(buffer);
    case 'undo':
      return travel(buffer, 'undo', 'redo');
    case 'redo':
      return travel(buffer, 'redo', 'undo');
  }
}

/** Whether an upward or downward move stays within the text. */
export function canMoveLine(buffer: Buffer, to: 'line-up' | 'line-down'): boolean {
  return to === 'line-up'
    ? buffer.text.lastIndexOf('\n', buffer.cursor - 1) >= 0
    : lineEnd(buffer.text, buffer.cursor) < buffer.text.length;
}

/** A new text as one undo step. */
function change(buffer: Buffer, text: string, cursor: number): Buffer {
  const undo =
    text === buffer.text ? buffer.undo : push(buffer.undo, { text: buffer.text, cursor: buffer.cursor }, UNDO_STEPS);
  return { ...buffer, text, cursor, goal: null, undo, redo: [], last: null };
}

/** `surplus`: how much white space before it goes if it was typed; null if it was not. */
function insert(buffer: Buffer, added: string, surplus: number | null): Buffer {
  const { text, cursor } = buffer;
  const from = cursor - (surplus ?? 0);
  const changed = change(buffer, text.slice(0, from) + added + text.slice(cursor), from + added.length);
  if (surplus === null) return changed;
  const undo = buffer.last === 'typed' && !/^\s/.test(added) ? buffer.undo : changed.undo;
  return { ...changed, undo, last: 'typed' };
}

/** A closing bracket typed first on a line belongs one level further left than the line was indented. */
function surplusIndent(point: Point, added: string, level: number): number {
  const indent = indentBefore(point);
  return /^[)\]}]/.test(added) && indent >= level ? level : 0;
}

/** From the last level of the indent to the cursor; the grapheme before the cursor if there is more than an indent. */
function levelBefore(point: Point, level: number): readonly [number, number] {
  const { text, cursor } = point;
  const indent = indentBefore(point);
  return [indent === 0 ? previousGrapheme(text, cursor) : cursor - (((indent - 1) % level) + 1), cursor];
}

/** How many spaces are between the start of the line and the cursor; 0 if there is anything else. */
function indentBefore({ text, cursor }: Point): number {
  const before = text.slice(lineStart(text, cursor), cursor);
  return /^ *$/.test(before) ? before.length : 0;
}

function move(buffer: Buffer, to: Place): Buffer {
  const goal = to === 'line-up' || to === 'line-down' ? (buffer.goal ?? column(buffer)) : null;
  return { ...buffer, cursor: target({ ...buffer, goal }, to), goal, last: null };
}

function kill(buffer: Buffer, to: Place): Buffer {
  const { text, cursor } = buffer;
  let [from, end] = range(buffer, to);
  // At the end of a line the kill takes the line break, as in Emacs.
  if (from === end && to === 'line-end' && end < text.length) end++;
  if (from === end && to === 'line-start' && from > 0) from--;
  if (from === end) return buffer;
  const killed = text.slice(from, end);
  const newest = buffer.kills.at(-1) ?? '';
  const kills =
    buffer.last === 'kill'
      ? [...buffer.kills.slice(0, -1), from < cursor ? killed + newest : newest + killed]
      : push(buffer.kills, killed, KILLS);
  return { ...change(buffer, text.slice(0, from) + text.slice(end), from), kills, last: 'kill' };
}

function yankPop(buffer: Buffer): Buffer {
  const { last, kills, text, cursor } = buffer;
  if (last === null || typeof last === 'string') return buffer;
  const index = (last.kill + kills.length - 1) % kills.length;
  const killed = kills[index] ?? '';
  const changed = text.slice(0, last.yankedFrom) + killed + text.slice(cursor);
  return {
    ...change(buffer, changed, last.yankedFrom + killed.length),
    last: { yankedFrom: last.yankedFrom, kill: index },
  };
}

/** Swaps the graphemes around the cursor; at the end of a line the two before it. */
function transpose(buffer: Buffer): Buffer {
  const { text, cursor } = buffer;
  const start = lineStart(text, cursor);
  const middle = cursor === lineEnd(text, cursor) ? previousGrapheme(text, cursor) : cursor;
  const from = middle > start ? previousGrapheme(text, middle) : middle;
  if (from >= middle || from < start) return buffer;
  const to = nextGrapheme(text, middle);
  const swapped = text.slice(0, from) + text.slice(middle, to) + text.slice(from, middle) + text.slice(to);
  return change(buffer, swapped, to);
}

function travel(buffer: Buffer, back: 'undo' | 'redo', forth: 'undo' | 'redo'): Buffer {
  const point = buffer[back].at(-1);
  if (point === undefined) return buffer;
  const here = { text: buffer.text, cursor: buffer.cursor };
  return {
    ...buffer,
    ...point,
    goal: null,
    last: null,
    [back]: buffer[back].slice(0, -1),
    [forth]: push(buffer[forth], here, UNDO_STEPS),
  };
}

function range(buffer: Buffer, to: Place): readonly [number, number] {
  const end = target(buffer, to);
  return end < buffer.cursor ? [end, buffer.cursor] : [buffer.cursor, end];
}

const column = ({ text, cursor }: Point) => countGraphemes(text, lineStart(text, cursor), cursor);

function target(buffer: Buffer, to: Place): number {
  const { text, cursor } = buffer;
  switch (to) {
    case 'left':
    case 'level-left':
      return previousGrapheme(text, cursor);
    case 'right':
      return nextGrapheme(text, cursor);
    case 'word-left':
      return previousWord(text, cursor);
    case 'word-right':
      return nextWord(text, cursor);
    case 'blank-left':
      return previousBlank(text, cursor);
    case 'line-start':
      return lineStart(text, cursor);
    case 'line-end':
      return lineEnd(text, cursor);
    case 'start':
      return 0;
    case 'end':
      return text.length;
    case 'line-up': {
      const start = lineStart(text, cursor);
      return start === 0 ? cursor : advance(text, lineStart(text, start - 1), buffer.goal ?? column(buffer));
    }
    case 'line-down': {
      const end = lineEnd(text, cursor);
      return end === text.length ? cursor : advance(text, end + 1, buffer.goal ?? column(buffer));
    }
  }
}

const push = <T>(list: readonly T[], item: T, limit: number): readonly T[] => [...list, item].slice(-limit);
