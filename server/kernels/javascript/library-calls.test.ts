/** What the guest may ask of V8 and Node, and nothing beside it. */

import { describe, expect, it } from 'vitest';
import { decodePlain, encodePlain } from './guest/core/plain-data.ts';
import { MAX_INTL_TEXT } from './guest/intl-methods.ts';
import { LibraryCalls } from './library-calls.ts';

const library = new LibraryCalls();
const keyOf = (locales?: unknown, options?: unknown) => encodePlain([locales, options], 'the key');

function thrown(call: () => unknown): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}

describe('library calls', () => {
  it('format as V8 does, in English where nothing is said', () => {
    const show = (kind: string, method: string, given: unknown[], key = keyOf()) =>
      decodePlain(library.localize(kind, key, method, encodePlain(given, 'it')));
    expect(show('NumberFormat', 'format', [-1234.5])).toBe('-1,234.5');
    expect(show('NumberFormat', 'format', [10n ** 20n], keyOf('de'))).toBe('100.000.000.000.000.000.000');
    expect(show('Date', 'toLocaleDateString', [0], keyOf('en-GB', { timeZone: 'UTC' }))).toBe('01/01/1970');
    expect(show('Intl', 'getCanonicalLocales', ['EN-gb'])).toEqual(['en-GB']);
    expect(show('Collator', 'supportedLocalesOf', [['de']])).toEqual(['de']);
    expect(library.collate('a', 'B', keyOf())).toBe(-1);
  });

  it.each([
    ['Object', 'format'],
    ['constructor', 'format'],
    ['__proto__', 'resolvedOptions'],
    ['Locale', 'maximize'],
    ['NumberFormat', 'constructor'],
    ['NumberFormat', '__lookupGetter__'],
    ['NumberFormat', ''],
    ['Date', 'setTime'],
    ['Intl', 'Collator'],
    ['Intl', 'constructor'],
  ])('refuse %s.%s', (kind, method) => {
    const parameters = encodePlain([1], 'it');
    expect(thrown(() => library.localize(kind, keyOf(), method, parameters))).toBe(
      `ETYPE\nIntl has no ${kind}.${method}`,
    );
  });

  it('tell errors as text', () => {
    const parameters = encodePlain([1], 'it');
    const badLocale = thrown(() => library.localize('NumberFormat', keyOf('a b'), 'format', parameters));
    expect(badLocale).toMatch(/^ERANGE\n/);
    expect(thrown(() => library.collate('a', 'b', 'no plain data'))).toMatch(/^ETYPE\n/);
    expect(thrown(() => library.digest('nope', null, new Uint8Array()))).toMatch(/^ETYPE\n/);
  });

  it('take so many characters and no more', () => {
    const key = keyOf();
    const fits = '1'.repeat(MAX_INTL_TEXT - key.length - '[""]'.length);
    expect(library.localize('DisplayNames', key, 'supportedLocalesOf', '[[]]')).toBe('[]');
    expect(thrown(() => library.localize('NumberFormat', key, 'format', `["${fits}"]`))).toBeNull();
    expect(thrown(() => library.localize('NumberFormat', key, 'format', `["${fits}1"]`))).toMatch(
      /^ERANGE\nIntl takes/,
    );
  });

  it('hash, with a key or without', () => {
    const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(hex(library.digest('md5', null, new Uint8Array()))).toBe('d41d8cd98f00b204e9800998ecf8427e');
    expect(hex(library.digest('md5', new TextEncoder().encode('key'), new Uint8Array()))).toBe(
      '63530468a04e386459855da0063b6596',
    );
  });
});
