/** The history of a session and differences within it as lines of text, for the transcript and for the command line. */

import type { Difference, History, HistoryEntry } from '../client/history.ts';
import { sanitizeName } from '../client/sanitize.ts';
import { bold, cyan, dim, green, red, yellow } from './theme.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Characters of what a row tells of. */
const MAX_WHAT = 48;
/** Columns make way for it where it had fewer than these. */
const MIN_WHAT = 20;
/** The mark and the number of a revision, which make way for nothing. */
const KEPT_COLUMNS = 2;
/** Characters of a variable's value. */
const MAX_VALUE = 200;

/**
 * A table, newest first, in rows of at most `columns` characters, and what it does not show; empty without revisions.
 * Times are those of this machine. Coloured with SGR; nothing else in it acts on a terminal.
 */
export function historyLines(history: History, columns = Number.POSITIVE_INFINITY, now = Date.now()): string[] {
  const { entries, undo, redo, oldest } = history;
  if (entries.length === 0) return [];
  const heading = ['', 'rev', 'when', 'took', 'stored', 'files', 'what'];
  const rows = entries.map((entry, index) => [
    markOf(entry.revision, index, history),
    ...cellsOf(entry, now),
    whatOf(entry, entries),
  ]);
  const [head = '', ...table] = aligned(fitting([heading, ...rows], columns), columns);
  const lines = [dim(head)];
  for (const [index, { revision, isStep }] of entries.entries()) {
    const newer = entries[index - 1]?.revision ?? revision + 1;
    if (newer > revision + 1) lines.push(prunedLine(revision + 1, newer - 1));
    const paint = index === 0 ? bold : isStep ? String : dim;
    lines.push(paint(table[index] ?? ''));
  }
  const isShown = (revision: number) => entries.some((entry) => entry.revision === revision);
  if (oldest !== null && !isShown(oldest)) lines.push(dim(`older ones are not shown; the oldest is ${oldest}`));
  if (oldest !== null && oldest > 1) lines.push(prunedLine(1, oldest - 1));
  for (const [name, target] of Object.entries({ undo, redo })) {
    if (target === 0) lines.push(dim(`${name} leads to the empty beginning, revision 0`));
    else if (target !== null && !isShown(target)) lines.push(dim(`${name} leads to revision ${target}`));
  }
  return lines;
}

function prunedLine(from: number, to: number): string {
  return dim(
    from === to ? `revision ${from} is not kept any more` : `revisions ${from} to ${to} are not kept any more`,
  );
}

function cellsOf({ revision, at, milliseconds, heapBytes, files }: HistoryEntry, now: number): string[] {
  return [
    String(revision),
    whenText(at, now),
    milliseconds === null ? '' : durationText(milliseconds),
    heapBytes === 0 ? '' : sizeText(heapBytes),
    files === 0 ? '' : String(files),
  ];
}

/** The time of a day that is not over; else the day as well. */
function whenText(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (then.toDateString() === today.toDateString()) return `${time}:${two(then.getSeconds())}`;
  return `${MONTHS[then.getMonth()]} ${then.getDate()} ${time}`;
}

function durationText(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function markOf(revision: number, index: number, { undo, redo }: History): string {
  if (index === 0) return 'head';
  const marks = [revision === undo ? 'undo' : '', revision === redo ? 'redo' : ''];
  return marks.filter((mark) => mark !== '').join(' ');
}

function whatOf(entry: HistoryEntry, entries: readonly HistoryEntry[]): string {
  const names = entry.checkpoints.map((name) => `[${sanitizeName(name)}] `).join('');
  const text = `${names}${deedOf(entry)}`;
  const code = (entry.restored === null ? entry : originOf(entry, entries))?.code ?? null;
  if (code === null) return text;
  const isMove = entry.restored !== null;
  return `${text}${isMove ? ' · ' : ''}${firstLine(code, Math.max(8, MAX_WHAT - text.length - (isMove ? 3 : 0)))}`;
}

/** What it was, if not an input: that is its code. */
function deedOf({ cause, causeNumber, code, restored, origin, files, path }: HistoryEntry): string {
  const by = origin?.terminal ? ` by ${sanitizeName(origin.terminal)}` : '';
  const how = origin === null ? null : sanitizeName(origin.how);
  if (cause === 'reset') return `${how ?? 'reset'}: empty variables${by}`;
  if (restored !== null) {
    const target = restored === 0 ? 'the empty beginning' : String(restored);
    if (origin?.checkpoint) return `${how} ${sanitizeName(origin.checkpoint)} (${target})${by}`;
    return `${how === null ? 'restored' : how === 'goto' ? how : `${how} to`} ${target}${by}`;
  }
  if (code !== null) return '';
  const what = `${sanitizeName(cause)}${causeNumber === null || cause === 'background' ? '' : ` ${causeNumber}`}`;
  if (path === null) return what;
  return `${what}: ${sanitizeName(path)}${files > 1 ? ` and ${files - 1} more` : ''}`;
}

/** Where the state of a revision comes from first, if that is shown: what was restored may itself have been. */
function originOf({ restored }: HistoryEntry, entries: readonly HistoryEntry[]): HistoryEntry | undefined {
  const target = entries.find(({ revision }) => revision === restored);
  return target === undefined || target.restored === null ? target : originOf(target, entries);
}

function firstLine(code: string, most: number): string {
  const lines = code.trim().split('\n');
  const first = sanitizeName((lines[0] ?? '').trimEnd());
  const points = [...first];
  const isCut = lines.length > 1 || points.length > most;
  return isCut ? `${points.slice(0, most).join('')} …` : first;
}

/** `rows` without the columns that leave no room to say what a revision is: files first, then stored, took and when. */
function fitting(rows: readonly (readonly string[])[], columns: number): readonly (readonly string[])[] {
  const last = (rows[0] ?? []).length - 1;
  const wanted = Math.min(MIN_WHAT, widthsOf(rows)[last] ?? 0);
  if (last <= KEPT_COLUMNS || columns - roomBefore(rows) >= wanted) return rows;
  return fitting(
    rows.map((row) => row.toSpliced(last - 1, 1)),
    columns,
  );
}

/** In characters. */
function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
}

/** What the columns before the last one take, with what parts them. */
function roomBefore(rows: readonly (readonly string[])[]): number {
  return widthsOf(rows)
    .slice(0, -1)
    .reduce((sum, width) => sum + width + 2, 0);
}

/** Pads all columns but the last, all but the first to the left, and cuts the last to fit. Its cells but the last are ASCII. */
function aligned(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = widthsOf(rows);
  const room = roomBefore(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === row.length - 1) return cut(cell, Math.max(8, columns - room));
        const width = widths[column] ?? 0;
        return column > 0 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  '),
  );
}

function cut(text: string, length: number): string {
  const points = [...text];
  return points.length <= length ? text : `${points.slice(0, length - 2).join('')} …`;
}

/** One line for each file and variable that came (+), went (-) or changed (~). Empty when nothing did. */
export function differenceLines({ files, variables }: Difference): string[] {
  const changed = files.map(({ path, change, kind, size }) => {
    const name = `${sanitizeName(path)}${kind === 'directory' ? '/' : ''}`;
    const text = kind === 'directory' ? name : `${name}  ${size} ${size === 1 ? 'byte' : 'bytes'}`;
    return change === 'made' ? green(`+ ${text}`) : change === 'removed' ? red(`- ${text}`) : yellow(`~ ${text}`);
  });
  const values = variables.map(({ name: raw, before, after }) => {
    const name = sanitizeName(raw);
    if (before === null) return green(`+ ${name}  ${valueText(after)}`);
    if (after === null) return red(`- ${name}  ${valueText(before)}`);
    return `${yellow(`~ ${name}`)}  ${valueText(before)} ${dim('→')} ${valueText(after)}`;
  });
  return [
    ...(changed.length === 0 ? [] : [cyan('files'), ...changed]),
    ...(values.length === 0 ? [] : [cyan('variables'), ...values]),
  ];
}

function valueText(value: string | null): string {
  const points = [...sanitizeName(value ?? '')];
  return points.length > MAX_VALUE ? `${points.slice(0, MAX_VALUE).join('')}…` : points.join('');
}
