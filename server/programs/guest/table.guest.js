/** `console.table` as node draws it. */

import builtin from './require.guest.js';

/** The table as text; null for what is not tabular. */
export function renderTable(data, onlyColumns) {
  if (data === null || typeof data !== 'object') return null;
  const isMap = data instanceof Map;
  const isIterable = isMap || data instanceof Set;
  const rows = isMap
    ? [...data].map(([key, value], index) => [index, value, key])
    : isIterable
      ? [...data].map((value, index) => [index, value])
      : Object.keys(data).map((key) => [key, data[key]]);
  const columns = new Map();
  if (isMap)
    columns.set(
      'Key',
      rows.map(([, , key]) => cell(key)),
    );
  const values = new Array(rows.length).fill('');
  let hasValues = false;
  for (const [position, [, row]] of rows.entries()) {
    const isPrimitive = row === null || (typeof row !== 'object' && typeof row !== 'function');
    if (isPrimitive || isMap) {
      values[position] = cell(row);
      hasValues = true;
      continue;
    }
    for (const key of onlyColumns ?? Object.keys(row)) {
      const column = columns.get(key) ?? new Array(rows.length).fill('');
      if (Object.hasOwn(row, key)) column[position] = cell(row[key]);
      columns.set(key, column);
    }
  }
  if (hasValues) columns.set('Values', values);
  const head = [isIterable ? '(iteration index)' : '(index)', ...columns.keys()];
  const body = rows.map(([index], position) => [
    `${index}`,
    ...[...columns.values()].map((column) => column[position]),
  ]);
  return draw(head, body);
}

function cell(value) {
  const isDeep = value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 2;
  return builtin('node:util').inspect(value, {
    maxArrayLength: 3,
    breakLength: Number.POSITIVE_INFINITY,
    depth: isDeep ? -1 : 0,
  });
}

function draw(head, body) {
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((row) => row[column].length)) + 2);
  const line = (left, middle, right) => left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const row = (cells) => `│${cells.map((text, column) => ` ${text}`.padEnd(widths[column])).join('│')}│`;
  return [line('┌', '┬', '┐'), row(head), line('├', '┼', '┤'), ...body.map(row), line('└', '┴', '┘')].join('\n');
}
