/** Keys and pastes, made of a terminal's bytes however they are cut. */

import { StringDecoder } from 'node:string_decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import type { InputEvent } from './events.ts';
import { ESCAPE_TIMEOUT_MS, PASTE_FROM, PASTE_PAUSE_MS, Tokenizer } from './tokenizer.ts';

/** Events in short: text as itself, keys in angle brackets, pastes in braces. Neighbouring text is one. */
function tokenize(chunks: readonly string[]): string {
  const clock = new ManualClock();
  let out = '';
  const tokenizer = new Tokenizer(clock, (event) => {
    out += show(event);
  });
  for (const chunk of chunks) tokenizer.write(chunk);
  clock.advance(ESCAPE_TIMEOUT_MS);
  return out;
}

function show(event: InputEvent): string {
  if (event.type === 'key') return `<${event.key}>`;
  return event.type === 'paste' ? `{${event.text}}` : event.text;
}

describe('Tokenizer', () => {
  it.each([
    ['abc\rdef', 'abc<enter>def'],
    ['a\x7fb\x08', 'a<backspace>b<backspace>'],
    ['\x01\x03\x1a\x1f\x00', '<ctrl+a><ctrl+c><ctrl+z><ctrl+_><ctrl+space>'],
    ['\t\x1b[Z\n', '<tab><shift+tab><ctrl+j>'],
    ['\x1b', '<escape>'],
    ['\x1b\x1b', '<escape><escape>'],
    ['\x1bb\x1bB\x1b\r\x1b\x7f\x1b\x04', '<alt+b><alt+shift+b><alt+enter><alt+backspace><ctrl+alt+d>'],
    ['\x1b[A\x1bOB\x1b[1;5C\x1b[1;2D', '<up><down><ctrl+right><shift+left>'],
    ['\x1b[H\x1b[4~\x1b[3~\x1b[5~\x1b[6;5~', '<home><end><delete><pageup><ctrl+pagedown>'],
    ['\x1bOP\x1b[17~\x1b[17;2~\x1b[[C', '<f1><f6><shift+f6><f3>'],
    ['\x1b\x1b[A', '<alt+up>'],
    ['\x1b[', '<alt+[>'],
    ['\x1b]', '<alt+]>'],
    ['\x1b[99;5u\x1b[13;2u\x1b[97u\x1b[27u', '<ctrl+c><shift+enter>a<escape>'],
    ['\x1b[97:65;2u\x1b[97;1:3u\x1b[122;5u', 'A<ctrl+z>'],
    ['\x1b[27;2;13~\x1b[27;5;106~', '<shift+enter><ctrl+j>'],
    ['\x1b[200~line1\rline2\r\n\x03\x1b[31mx\x1b[201~y', '{line1\nline2\n[31mx}y'],
    ['\x1b[200~\x1b[201~a', 'a'],
    ['a\x1b[<0;10;10Mb\x1b[<0;10;10mc\x1b[M !!d', 'abcd'],
    ['a\x1b[I\x1b[Ob\x1b[?1;2cc\x1b[5;10Rd', 'abcd'],
    ['a\x1b]11;rgb:0/0/0\x07b\x1bP1$r0m\x1b\\c\x1b]0;t\x1b[Ad', 'abc<up>d'],
    ['a\x1b[3\rb', 'a<enter>b'],
    [`a\x1b[${'1'.repeat(300)}Ab`, `a${'1'.repeat(46)}Ab`],
    ['日本é👩‍👩‍👧\x1b日', '日本é👩‍👩‍👧<alt+日>'],
    ['a\x9bb', 'ab'],
  ])('%j', (input, expected) => {
    expect(tokenize([input])).toBe(expected);
    expect(tokenize([...input].flatMap((point) => point.split('')))).toBe(expected);
  });

  it('waits 50 ms before a lone escape is the key', () => {
    const clock = new ManualClock();
    const events: string[] = [];
    const tokenizer = new Tokenizer(clock, (event) => events.push(show(event)));
    tokenizer.write('\x1b');
    clock.advance(ESCAPE_TIMEOUT_MS - 1);
    expect(events).toEqual([]);
    tokenizer.write('[A');
    expect(events).toEqual(['<up>']);
    tokenizer.write('\x1b');
    clock.advance(ESCAPE_TIMEOUT_MS);
    tokenizer.write('[A');
    expect(events).toEqual(['<up>', '<escape>', '[A']);
    tokenizer.write('\x1b[1;');
    clock.advance(10_000);
    tokenizer.write('5D');
    expect(events.at(-1)).toBe('<ctrl+left>');
    expect(clock.pending).toBe(0);
  });

  it('means the same however the bytes are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...[
          '\x1b',
          '[',
          'O',
          '\x1b[A',
          '\x1b[200~',
          '\x1b[201~',
          '\x1b[1;5C',
          '\x1b[<0;1;1M',
          '\x1b]0;x\x07',
          '\x1b[[',
        ],
        ...['\r', '\n', '\x7f', '日', '👩‍👩‍👧', 'é', 'a', ';', '1', 'M', '~', 'u', '\x1b[97;5u', '\x1bP', '\\'],
      ),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(), { maxLength: 12 }), (parts, cuts) => {
        fc.pre(parts.join('').length < PASTE_FROM);
        const bytes = new TextEncoder().encode(parts.join(''));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const decoder = new StringDecoder('utf8');
        const chunks = places.slice(1).map((end, i) => decoder.write(Buffer.from(bytes.slice(places[i], end))));
        expect(tokenize(chunks)).toBe(tokenize([parts.join('')]));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a paste of 4 MB in small chunks in linear time', () => {
    const chunks = Array.from({ length: 4096 }, () => 'x'.repeat(1024));
    expect(tokenize(['\x1b[200~', ...chunks, '\x1b[201~'])).toHaveLength(4 * 1024 * 1024 + 2);
  });

  describe('without brackets', () => {
    const lines = (count: number) => 'if x:\r\n\ty\r'.repeat(count);

    it('takes lines that nobody types at once as pasted', () => {
      const most = `${'x'.repeat(PASTE_FROM - 3)}\ry`;
      expect(tokenize([`${most}z`])).toBe(`{${'x'.repeat(PASTE_FROM - 3)}\nyz}`);
      expect(tokenize([most])).toBe(`${'x'.repeat(PASTE_FROM - 3)}<enter>y`);
      expect(tokenize([`${'x'.repeat(PASTE_FROM)}\r`])).toBe(`${'x'.repeat(PASTE_FROM)}<enter>`);
      expect(tokenize([lines(20)])).toBe(`{${'if x:\n\ty\n'.repeat(20)}}`);
      expect(tokenize([`\x03${lines(20)}`])).toMatch(/^<ctrl\+c>if x:<enter>/);
    });

    it('takes what follows at once as part of it, but for a single key', () => {
      const clock = new ManualClock();
      const events: string[] = [];
      const tokenizer = new Tokenizer(clock, (event) => events.push(show(event)));
      tokenizer.write(lines(20));
      clock.advance(PASTE_PAUSE_MS);
      tokenizer.write('\tend\r');
      tokenizer.write('\r');
      clock.advance(PASTE_PAUSE_MS + 1);
      tokenizer.write('1\r');
      expect(events.slice(1)).toEqual(['{\tend\n}', '<enter>', '1', '<enter>']);
    });

    it('takes a Tab with text behind it as text, and says which lines have their own indent', () => {
      expect(tokenize(['a\t\tb\t'])).toBe('a{\t}{\t}b<tab>');
      expect(tokenize(['\t\r'])).toBe('<tab><enter>');
      const indents: (boolean | undefined)[] = [];
      const tokenizer = new Tokenizer(new ManualClock(), (event) => {
        if (event.type === 'key') indents.push(event.ownIndent);
      });
      tokenizer.write('if x:\r  y\r');
      tokenizer.write('if x:\ry\r');
      expect(indents).toEqual([true, true, undefined, undefined]);
    });
  });
});
