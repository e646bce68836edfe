/** Rows of the semantics table about what is no part of the language: Buffer, Intl, node's modules. */

import type { SemanticsGroup } from './table.ts';

export const LIBRARY_SEMANTICS: readonly SemanticsGroup[] = [
  {
    title: 'Buffer',
    norm: 'node',
    inputs: [
      ["Buffer.from('x').toString('base64')", "'eA=='"],
      ["Buffer.from('h\u00e9llo')", '<Buffer 68 c3 a9 6c 6c 6f>'],
      ["[Buffer.from('aGk=', 'base64') + '', Buffer.from('aGk', 'base64url') + '']", "[ 'hi', 'hi' ]"],
      ["Buffer.from('a-_!Z\\n w', 'base64').toString('base64url')", "'a-_Z'"],
      ["[Buffer.from('ff00zz', 'hex'), Buffer.from('ab', 'utf16le')]", '[ <Buffer ff 00>, <Buffer 61 00 62 00> ]'],
      ["Buffer.from('a\u00ffb', 'latin1').toString('ascii')", "'a\\x7Fb'"],
      ['Buffer.alloc(60)', `<Buffer ${'00 '.repeat(50)}... 10 more bytes>`],
      ["Object.assign(Buffer.from('a'), { k: 1 })", '<Buffer 61, k: 1>'],
      ["Buffer.concat([Buffer.from('ab'), Uint8Array.of(1)]).toJSON()", "{ type: 'Buffer', data: [ 97, 98, 1 ] }"],
      [
        "const whole = Buffer.from('abcabc'); const part = whole.slice(1, 3); part[0] = 0x7a; String(whole)",
        "'azcabc'",
      ],
      [
        "[whole.indexOf('bc'), whole.lastIndexOf('c'), whole.indexOf('c', 3), whole.includes(97), whole.indexOf('q')]",
        '[ 4, 5, 5, true, -1 ]',
      ],
      [
        "[Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('a').equals(Buffer.from('a'))]",
        '[ -1, true ]',
      ],
      [
        "[Buffer.byteLength('\u00e9'), Buffer.isBuffer(part), Buffer.isEncoding('UTF-8'), Buffer.isEncoding('x')]",
        '[ 2, true, true, false ]',
      ],
      ['const bytes = Buffer.alloc(8); bytes.writeDoubleLE(1.5)', '8'],
      [
        '[bytes.readDoubleLE(), bytes.readUInt16BE(6), bytes.readInt8(6), bytes.readBigUInt64LE()]',
        '[ 1.5, 63551, -8, 4609434218613702656n ]',
      ],
      [
        '[bytes.writeIntBE(-2, 0, 6), bytes.readIntBE(0, 6), bytes.readUIntLE(0, 3), bytes.swap16()]',
        '[ 6, -2, 16777215, <Buffer ff ff ff ff fe ff 3f f8> ]',
      ],
      [
        "[bytes.fill('ab'), bytes.write('\u00e9\u00e9', 5), bytes.toString('latin1', 4)]",
        "[ <Buffer 61 62 61 62 61 c3 a9 62>, 2, 'a\u00c3\u00a9b' ]",
      ],
      ['bytes.readUInt8(99)', 'Uncaught RangeError'],
      ['bytes.writeInt8(200)', 'Uncaught RangeError'],
      ['Buffer.from(5)', 'Uncaught TypeError'],
      ["bytes.toString('nope')", 'Uncaught TypeError'],
      ["require('buffer').Buffer === Buffer", 'true'],
    ],
  },
  {
    title: 'what depends on a language',
    norm: 'node',
    inputs: [
      [
        '[(1234567.891).toLocaleString(), 12345678901234567890n.toLocaleString()]',
        "[ '1,234,567.891', '12,345,678,901,234,567,890' ]",
      ],
      ["(1234.5).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })", "'1.234,50\u00a0\u20ac'"],
      ['new Date(0).toLocaleString()', "'1/1/1970, 12:00:00 AM'"],
      ["new Date(0).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })", "'1 January 1970'"],
      ["['z', '\u00e4', 'a', 'B'].sort((a, b) => a.localeCompare(b))", "[ 'a', '\u00e4', 'B', 'z' ]"],
      ["['a10', 'a9'].sort(new Intl.Collator('en', { numeric: true }).compare)", "[ 'a9', 'a10' ]"],
      ["new Intl.NumberFormat('en', { notation: 'compact' }).format(12345)", "'12K'"],
      ["new Intl.PluralRules('en', { type: 'ordinal' }).select(22)", "'two'"],
      ["new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')", "'yesterday'"],
      ["new Intl.ListFormat('en').format(new Set(['a', 'b', 'c']))", "'a, b, and c'"],
      [
        "Array.from(new Intl.Segmenter('en', { granularity: 'word' }).segment('Hi you'), (part) => part.segment)",
        "[ 'Hi', ' ', 'you' ]",
      ],
      ["new Intl.DateTimeFormat('en').formatToParts(new Date(0)).length", '5'],
      ["Intl.getCanonicalLocales('EN-us')", "[ 'en-US' ]"],
      ["(1).toLocaleString('nope nope')", 'Uncaught RangeError'],
      [
        "new Intl.NumberFormat('en', { style: 'currency' })",
        'Uncaught TypeError: Currency code is required with currency style.',
      ],
      ['Intl.NumberFormat', '[Function: NumberFormat]'],
    ],
  },
  {
    title: "node's modules",
    norm: 'node',
    inputs: [
      ["const assert = require('assert'); assert(true); assert.deepStrictEqual({ a: [1] }, { a: [1] })", 'undefined'],
      [
        'try { assert.strictEqual(1, 2) } catch (e) { [e.name, e.code, e.message] }',
        "[\n  'AssertionError',\n  'ERR_ASSERTION',\n  'Expected values to be strictly equal:\\n\\n1 !== 2\\n'\n]",
      ],
      ["assert.throws(() => { throw new TypeError('x') }, /x/); assert.throws(() => null.x, TypeError)", 'undefined'],
      ["await assert.rejects(Promise.reject(new Error('r')), { message: 'r' })", 'undefined'],
      [
        "require('crypto').createHash('sha256').update('a').update('b').digest('hex').slice(0, 16)",
        "'fb8e20fc2e4c3f24'",
      ],
      ["require('crypto').createHmac('md5', 'key').update('').digest('base64')", "'Y1MEaKBOOGRZhV2gBjtllg=='"],
      ["[require('crypto').randomBytes(3).length, require('crypto').randomUUID().length]", '[ 3, 36 ]'],
      ["[require('os').EOL, require('os').platform()]", "[ '\\n', 'linux' ]"],
      ["require('url').fileURLToPath('file:///a/b%20c')", "'/a/b c'"],
      ["require('url').pathToFileURL('/a b').href", "'file:///a%20b'"],
      ["require('util').isDeepStrictEqual(new Map([[1, [2]]]), new Map([[1, [2]]]))", 'true'],
      ["require('util').types.isUint8Array(Buffer.alloc(1))", 'true'],
      [
        "const { EventEmitter, once } = require('events'); [EventEmitter.name, once.name]",
        "[ 'EventEmitter', 'once' ]",
      ],
      ["(await import('node:path/posix')).join('a', '..', 'b')", "'b'"],
      ["String(new URLSearchParams({ q: 'a b', n: 1 }))", "'q=a+b&n=1'"],
      ["[...new URLSearchParams([['a', '1'], ['a', '2']])].length", '2'],
    ],
  },
];
