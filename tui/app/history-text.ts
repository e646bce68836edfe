/** The history of a session and differences within it as lines of text, for the transcript and for the command line. */

import type { Difference, History, HistoryEntry } from '../client/history.ts';
import { sanitizeName } from '../client/sanitize.ts';
import { bold, cyan, dim, green, red, yellow } from './theme.ts';

/** Characters of code in a row. */
const MAX_CODE = 40;
/** Characters of a variable's value. */
const MAX_VALUE = 200;

/**
 * A table, newest first, and what it does not show; empty without revisions. Coloured with SGR; nothing else in it acts
 * on a terminal.
 */
export function historyLines(history: History): string[] {
  const { entries, undo, redo, oldest } = history;
  if (entries.length === 0) return [];
  const withNames = entries.some(({ checkpoints }) => checkpoints.length > 0);
  const heading = ['', 'rev', 'took', 'bytes', 'files', ...(withNames ? ['checkpoint'] : []), 'what'];
  const rows = entries.map((entry, index) =>
    cellsOf(entry, markOf(entry.revision, index, history), withNames, entries),
  );
  const [head = '', ...table] = aligned([heading, ...rows]);
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

function cellsOf(entry: HistoryEntry, mark: string, withNames: boolean, entries: readonly HistoryEntry[]): string[] {
  const { revision, milliseconds, heapBytes, files, checkpoints } = entry;
  return [
    mark,
    String(revision),
    milliseconds === null ? '' : `${Math.round(milliseconds)} ms`,
    heapBytes === 0 ? '' : String(heapBytes),
    files === 0 ? '' : String(files),
    ...(withNames ? [checkpoints.map(sanitizeName).join(' ')] : []),
    whatOf(entry, entries),
  ];
}

function markOf(revision: number, index: number, { undo, redo }: History): string {
  if (index === 0) return 'head';
  const marks = [revision === undo ? 'undo' : '', revision === redo ? 'redo' : ''];
  return marks.filter((mark) => mark !== '').join(' ');
}

function whatOf(entry: HistoryEntry, entries: readonly HistoryEntry[]): string {
  const { cause, causeNumber, code, restored } = entry;
  if (cause === 'reset') return `${moveText(entry) ?? 'reset'} · empty variables`;
  if (restored !== null) {
    const move = moveText(entry);
    const target = restored === 0 ? 'the empty beginning' : String(restored);
    const text = move === null ? `restored ${target}` : `${move}: ${target}`;
    const origin = originOf(entry, entries)?.code ?? null;
    return origin === null ? text : `${text} · ${firstLine(origin, MAX_CODE - text.length - 3)}`;
  }
  if (code !== null) return firstLine(code, MAX_CODE);
  return causeNumber === null ? sanitizeName(cause) : `${sanitizeName(cause)} ${causeNumber}`;
}

/** What was asked for; null where nobody noted it. */
function moveText({ origin }: HistoryEntry): string | null {
  if (origin === null) return null;
  return sanitizeName(origin.checkpoint === null ? origin.how : `${origin.how} ${origin.checkpoint}`);
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

/** Pads all columns but the last, numbers to the left. Its cells but the last are ASCII. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === row.length - 1) return cell;
        const width = widths[column] ?? 0;
        return column >= 1 && column <= 4 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  '),
  );
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
