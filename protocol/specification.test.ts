/** PROTOCOL.md says what the code does: its tables and byte examples agree with the constants and the vectors. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLOSE } from './close.ts';
import { ERROR_CODES, ProtocolError } from './errors.ts';
import { LIMITS } from './limits.ts';
import { MINOR, PING, PONG, SUBPROTOCOL } from './version.ts';

interface Vector {
  readonly kind: string;
  readonly name?: string;
  readonly body?: object;
  readonly hex: string;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const specification = read('PROTOCOL.md');
const vectors: Vector[] = JSON.parse(read('vectors.json'));

/** Text between the heading `title` and the next heading of its level or above. */
function section(title: string): string {
  const lines = specification.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === title);
  if (start === -1) throw new Error(`PROTOCOL.md has no section "${title}".`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end === -1 ? rest.length : end).join('\n');
}

/** Cells of the first table in `text`, without its head; backticks are taken off. */
function table(text: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end === -1 ? lines.length : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const typeOf = (hex: string) => `0x${hex.slice(0, 2)}`;

describe.each([
  ['Client messages', 'client'],
  ['Server messages', 'server'],
  ['Log events', 'event'],
])('%s', (title, kind) => {
  const known = vectors.flatMap(({ name, body = {}, hex, ...vector }) =>
    vector.kind === kind && name !== undefined ? [{ name, body, type: typeOf(hex) }] : [],
  );

  test('the section lists each type', () => {
    const listed = new Set(table(section(title)).map(([type, name]) => `${type} ${name}`));
    const expected = new Set(known.map(({ type, name }) => `${type} ${name}`));
    if (kind === 'event') expected.add(`${typeOf(vectors.find((each) => each.kind === 'gap')?.hex ?? '')} gap`);
    expect(listed).toEqual(expected);
  });

  test.each(known.filter(({ name }) => name !== 'output'))('$name has these fields', ({ name, body, type }) => {
    const rows = table(section(`\`${type}\` ${name}`));
    const isThere = ([field = '', kind = '']: string[]) => field in body || !kind.endsWith('or missing');
    expect(rows.filter(isThere).map(([field]) => field)).toEqual(Object.keys(body));
  });
});

test('errors', () => {
  const listed = table(section('Errors')).map(([code, status, retry]) => [code, Number(status), retry === 'yes']);
  const expected = ERROR_CODES.map((code) => {
    const { status, retry } = new ProtocolError(code, '');
    return [code, status, retry];
  });
  expect(listed).toEqual(expected);
});

test('close codes', () => {
  const listed = table(section('Close codes')).map(([code, meaning, again]) => [
    Number(code),
    meaning,
    again === 'yes',
  ]);
  expect(listed).toEqual(
    Object.values(CLOSE).map(({ code, meaning, reconnect }) => [code, meaning, reconnect === 'backoff']),
  );
});

test('limits', () => {
  const listed = table(section('Limits')).map(([name, value]) => [name, Number(value?.replaceAll(',', ''))]);
  expect(listed).toEqual(Object.entries(LIMITS));
});

test('version and keep-alive', () => {
  expect(specification).toContain(`subprotocol \`${SUBPROTOCOL}\``);
  expect(section('Versions')).toContain(`minor version is ${MINOR}`);
  expect(section('Keep-alive')).toContain(`\`${PING}\``);
  expect(section('Keep-alive')).toContain(`\`${PONG}\``);
});

test('byte examples are those of the vectors', () => {
  const examples = [...specification.matchAll(/```hex\n([^`]*)```/g)].map(([, hex = '']) => hex.replace(/\s/g, ''));
  expect(examples.length).toBeGreaterThanOrEqual(6);
  const known = new Set(vectors.map(({ hex }) => hex));
  expect(examples.filter((hex) => !known.has(hex))).toEqual([]);
});
