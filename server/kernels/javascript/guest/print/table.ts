/** The boxes of `console.table`, as Node 20 draws them. */

import util from 'node-inspect-extracted';
import { findProperty, ownProperty } from '../core/safe.ts';
import { inspect } from './inspect.ts';

interface Width {
  getStringWidth(text: string): number;
}

const width = (text: string): number => (util as unknown as Width).getStringWidth(text);

function cell(value: unknown): string {
  const isDeep = typeof value === 'object' && value !== null && Object.keys(value).length > 2;
  return inspect(value, { maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY, depth: isDeep ? -1 : 0 });
}

/** The value of a property, or how a getter prints; running it is left to the user. */
function valueAt(row: object, key: string): string | undefined {
  const property = ownProperty(row, key) ?? findProperty(row, key);
  if (property === undefined) return undefined;
  return property.get === undefined ? cell(property.value) : '[Getter]';
}

/** The rows of the data: a name for the index column, the key where there is one, the value. */
function rowsOf(data: object): { index: string; key?: string; value: unknown }[] {
  if (data instanceof Map) {
    return [...data].map(([key, value], index) => ({ index: `${index}`, key: cell(key), value }));
  }
  if (data instanceof Set) return [...data].map((value, index) => ({ index: `${index}`, value }));
  return Object.keys(data).map((index) => ({ index, value: Reflect.get(data, index) }));
}

function draw(head: string[], columns: string[][]): string {
  const widths = head.map(
    (title, i) => (columns[i] ?? []).reduce((most, text) => Math.max(most, width(text)), width(title)) + 2,
  );
  const line = (left: string, middle: string, right: string) =>
    left + widths.map((w) => '─'.repeat(w)).join(middle) + right;
  const row = (cells: string[]) =>
    `│${cells.map((text, i) => ` ${text}${' '.repeat(Math.max(0, (widths[i] ?? 0) - width(text) - 1))}`).join('│')}│`;
  const height = columns[0]?.length ?? 0;
  const body = Array.from({ length: height }, (_, y) => row(columns.map((column) => column[y] ?? '')));
  return [line('┌', '┬', '┐'), row(head), line('├', '┼', '┤'), ...body, line('└', '┴', '┘')].join('\n');
}

/** `data` as a table of its rows; `only` names the columns to show. */
export function table(data: object, only?: readonly string[]): string {
  const isCollection = data instanceof Map || data instanceof Set;
  const rows = rowsOf(data);
  const columns = new Map<string, string[]>();
  const values: string[] = [];
  for (const name of only ?? []) columns.set(name, []);
  rows.forEach(({ value }, y) => {
    const isRecord = typeof value === 'object' && value !== null;
    if (!isRecord || isCollection) {
      values[y] = cell(value);
      return;
    }
    for (const name of only ?? Object.keys(value)) {
      const text = valueAt(value, name);
      if (text === undefined) continue;
      const column = columns.get(name) ?? [];
      column[y] = text;
      columns.set(name, column);
    }
  });
  const head = [isCollection ? '(iteration index)' : '(index)'];
  const body = [rows.map(({ index }) => index)];
  if (data instanceof Map) {
    head.push('Key');
    body.push(rows.map(({ key }) => key ?? ''));
  }
  for (const [name, column] of columns) {
    head.push(name);
    body.push(column);
  }
  if (values.length > 0) {
    head.push('Values');
    body.push(values);
  }
  return draw(head, body);
}
