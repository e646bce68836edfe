/** What may reach a person's terminal, and what is taken out. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sanitizer, sanitizeName, sanitizeText } from './sanitize.ts';
import { withoutColor } from './sgr.ts';

const R = '\x1b[0m';

describe('sanitizeText', () => {
  it.each([
    ['plain text', 'héllo 日本 👩‍👩‍👧\n\tx', 'héllo 日本 👩‍👩‍👧\n\tx'],
    ['a colour, closed by itself', '\x1b[31mred\x1b[39m', `${R}\x1b[31mred${R}`],
    ['a colour left open', '\x1b[1;38;5;200mx', `${R}\x1b[1;38;5;200mx${R}`],
    ['true colour with colons', '\x1b[38:2::1:2:3mx\x1b[m', `${R}\x1b[38;2;1;2;3mx${R}`],
    ['colour out of range', '\x1b[38;5;256mx', `${R}x`],
    ['conceal', '\x1b[8mx', `${R}x`],
    ['huge parameters', `\x1b[${'1;'.repeat(200)}mx`, `${'1;'.repeat(200).slice(128)}mx`],
    ['private SGR-like sequences', '\x1b[>4;2mx\x1b[?25mx\x1b[1 mx', 'xxx'],
    ['cursor moves and erasing', 'a\x1b[2J\x1b[1;1H\x1b[Kb', 'ab'],
    ['a window title', 'a\x1b]0;evil\x07b\x1b]2;evil\x1b\\c', 'abc'],
    ['the clipboard', '\x1b]52;c;ZXZpbA==\x07ok', 'ok'],
    ['hyperlinks', '\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['DCS, APC, PM, SOS', '\x1bPq\x1b\\1\x1b_x\x1b\\2\x1b^x\x1b\\3\x1bXx\x1b\\4', '1234'],
    ['8-bit controls', 'a\x9b31mb\x9d0;t\x9cc\x85d\x90x\x9ce', `a${R}\x1b[31mbcde${R}`],
    ['control strings ended by a new escape', '\x1b]0;a\x1b[31mred', `${R}\x1b[31mred${R}`],
    ['charset and reset escapes', 'a\x1b(0b\x1bcc\x1b=d', 'abcd'],
    ['an escape cut by a newline', 'a\x1b\nb\x1b[\nc', 'a\nb\nc'],
    ['control characters', 'a\x00\x07\x08\x0b\x0c\x0e\x7fb', 'ab'],
    ['line ends', 'a\r\nb\r\r\nc\n', 'a\nb\nc\n'],
    ['a progress bar', '10%\r20%\r30%', '10%\r20%\r30%'],
    ['bidirectional controls', 'a\u202eb\u2066c\u200fd\u061ce\u2028f', 'abcdef'],
    ['half a surrogate pair', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
    ['an escape at the end', 'a\x1b[3', 'a'],
    ['a string without an end', `\x1b]${'x'.repeat(65_536)}yes`, 'yes'],
  ])('%s', (_name, input, expected) => {
    expect(sanitizeText(input)).toBe(expected);
  });
});

const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...[
        '\x1b',
        '[',
        ']',
        'm',
        '0',
        ';',
        '31',
        '38',
        ':',
        '2',
        'P',
        '\\',
        '\x07',
        '\x9b',
        '\x9d',
        '\r',
        '\n',
        '\t',
        'x',
      ],
      ...['\u202e', '\ud83d\ude00', '\ud83d', '日', '\x1b[31m', '\x1b[0m', '\x1b]0;t\x07'],
    ),
    fc.string({ unit: 'binary' }),
  ),
);

describe('Sanitizer', () => {
  it('lets no control through but newline, tab, return and SGR', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        const out = sanitizeText(parts.join(''));
        const rest = out.replace(/\x1b\[[\d;:]*m/g, '');
        expect(rest).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('makes one character of each line end', () => {
    const lines = fc.array(
      fc.string().map((line) => line.replaceAll('\r', '')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(lines, (each) => {
        expect(sanitizeText(each.join('\r\n'))).toBe(each.join('\n'));
      }),
    );
  });

  it('says the same however the stream is cut', () => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
        const text = parts.join('');
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
        const sanitizer = new Sanitizer();
        const pieces = places.slice(1).map((end, i) => sanitizer.write(text.slice(places[i], end)));
        expect(pieces.join('') + sanitizer.end()).toBe(sanitizeText(text));
      }),
    );
  });

  it('leaves nothing on for the next block', () => {
    const sanitizer = new Sanitizer();
    sanitizer.write('\x1b[31mred\x1b]0;');
    expect(sanitizer.end()).toBe(R);
    expect(sanitizer.write('plain')).toBe('plain');
    expect(sanitizer.end()).toBe('');
  });
});

it('sanitizeName shows what it neutralised', () => {
  expect(sanitizeName('a\nb\x1b[2Jc\u202ed\td')).toBe('a\ufffdb\ufffd[2Jc\ufffdd\ufffdd');
});

it('withoutColor keeps weight', () => {
  expect(withoutColor('\x1b[1;31mx\x1b[22my')).toBe(`${R}\x1b[1mx${R}y`);
});
