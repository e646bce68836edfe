/** Data channels of a connection, and the programs that arrive over them. */

import { describe, expect, it } from 'vitest';
import { encodeData, TYPE_DATA } from '../../protocol/data.ts';
import type { ProtocolError } from '../../protocol/errors.ts';
import { decodeFrames } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { receiveProgram } from './program-upload.ts';
import type { ProgramRequest } from './programs.ts';
import { type ByteSink, Uploads } from './uploads.ts';

const text = (value: string) => new TextEncoder().encode(value);
const code = (expected: string) => expect.objectContaining({ code: expected });

/** Feeds bytes to a channel as a client frames them. */
function feed(uploads: Uploads, channel: number, offset: number, bytes: Uint8Array, isLast: boolean): void {
  for (const { seq, payload, flags } of decodeFrames(encodeData(channel, offset, bytes, isLast))) {
    uploads.push({ type: TYPE_DATA, channel, seq, payload, last: (flags & 1) === 0 });
  }
}

class Collector implements ByteSink {
  readonly parts: string[] = [];
  isAbandoned = false;
  push(bytes: Uint8Array, last: boolean): void {
    this.parts.push(new TextDecoder().decode(bytes) + (last ? '.' : ''));
  }
  abandon(): void {
    this.isAbandoned = true;
  }
}

describe('channels', () => {
  it('bring bytes in order, each to its own', () => {
    const uploads = new Uploads();
    const [three, five] = [new Collector(), new Collector()];
    uploads.open(3, three);
    uploads.open(5, five);
    feed(uploads, 3, 0, text('a'), false);
    feed(uploads, 5, 0, text('x'), false);
    feed(uploads, 3, 1, text('bc'), true);
    expect([three.parts, five.parts]).toEqual([['a', 'bc.'], ['x']]);
    uploads.open(3, five);
    feed(uploads, 3, 0, text('again'), true);
    expect(five.parts).toEqual(['x', 'again.']);
  });

  it('have numbers that clients may open, once at a time', () => {
    const uploads = new Uploads();
    for (const channel of [0, 1, 2, 4, 65_534, 65_536, 65_537, -1]) {
      expect(() => uploads.open(channel, new Collector())).toThrow(code('BAD_MESSAGE'));
    }
    uploads.open(65_535, new Collector());
    expect(() => uploads.open(65_535, new Collector())).toThrow(code('BAD_MESSAGE'));
  });

  it('are at most sixteen', () => {
    const uploads = new Uploads();
    for (let at = 0; at < LIMITS.channels; at++) uploads.open(3 + 2 * at, new Collector());
    expect(() => uploads.open(101, new Collector())).toThrow(code('RATE'));
    feed(uploads, 3, 0, text(''), true);
    uploads.open(101, new Collector());
  });

  it('have no holes and no repeats', () => {
    for (const offset of [0, 2, 4]) {
      const uploads = new Uploads();
      uploads.open(3, new Collector());
      feed(uploads, 3, 0, text('abc'), false);
      expect(() => feed(uploads, 3, offset, text('d'), false)).toThrow(code('BAD_FRAME'));
    }
  });

  it('that were closed, or never opened, take anything', () => {
    const uploads = new Uploads();
    const sink = new Collector();
    uploads.open(3, sink);
    uploads.close(3);
    feed(uploads, 3, 77, text('x'), false);
    feed(uploads, 9, 5, text('x'), true);
    expect(sink.parts).toEqual([]);
  });

  it('are abandoned with their connection', () => {
    const uploads = new Uploads();
    const [open, ended] = [new Collector(), new Collector()];
    uploads.open(3, open);
    uploads.open(5, ended);
    feed(uploads, 5, 0, text(''), true);
    uploads.abandonAll();
    expect([open.isAbandoned, ended.isAbandoned]).toEqual([true, false]);
  });
});

describe('a program', () => {
  const run = {
    request: 1,
    entry: 'a.js',
    sources: [
      ['a.js', 3],
      ['empty.js', 0],
      ['dir/b.js', 2],
    ] as [string, number][],
    args: ['x'],
    env: [['K', 'v']] as [string, string][],
    channel: 3,
    stdin: null as number | null,
    timeout: null,
  };

  function receive(change: Partial<typeof run> = {}, start: () => boolean = () => true) {
    const uploads = new Uploads();
    const started: ProgramRequest[] = [];
    const failed: ProtocolError[] = [];
    const inputs: ReadableStream<Uint8Array>[] = [];
    const program = { ...run, ...change };
    receiveProgram(uploads, program, {
      start(spec, stdin) {
        started.push(spec);
        inputs.push(stdin);
        return start();
      },
      grantStdin: () => undefined,
      fail: (error) => failed.push(error),
    });
    return { uploads, started, failed, inputs };
  }

  it('starts when its sources are complete, however they are cut', () => {
    for (const cuts of [[5], [1, 1, 1, 1, 1], [3, 2], [2, 3], [5, 0]]) {
      const { uploads, started } = receive();
      let offset = 0;
      for (const [at, length] of cuts.entries()) {
        expect(started).toEqual([]);
        feed(uploads, 3, offset, text('aaabb').subarray(offset, offset + length), at === cuts.length - 1);
        offset += length;
      }
      expect(started).toMatchObject([{ entry: 'a.js', args: ['x'], env: { K: 'v' }, timeoutSeconds: null }]);
      const files = started[0]?.sources.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]);
      expect(files).toEqual([
        ['a.js', 'aaa'],
        ['empty.js', ''],
        ['dir/b.js', 'bb'],
      ]);
    }
  });

  it('with more or fewer bytes than announced is a broken line', () => {
    const more = receive();
    expect(() => feed(more.uploads, 3, 0, text('aaabbb'), true)).toThrow(code('BAD_FRAME'));
    const fewer = receive();
    expect(() => feed(fewer.uploads, 3, 0, text('aaab'), true)).toThrow(code('BAD_FRAME'));
    expect([more.started, fewer.started]).toEqual([[], []]);
  });

  it('has its input while it comes, and after', async () => {
    const { uploads, inputs } = receive({ stdin: 5 });
    feed(uploads, 5, 0, text('early '), false);
    feed(uploads, 3, 0, text('aaabb'), true);
    feed(uploads, 5, 6, text('late'), true);
    expect(await new Response(inputs[0]).text()).toBe('early late');
  });

  it('that does not start leaves no channel open', () => {
    const { uploads } = receive({ stdin: 5 }, () => false);
    feed(uploads, 3, 0, text('aaabb'), true);
    uploads.open(3, new Collector());
    uploads.open(5, new Collector());
  });

  it('is refused for what it announces', () => {
    const words = 'w'.repeat(LIMITS.programArgumentBytes - 2);
    const refusals: [Partial<typeof run>, string][] = [
      [{ entry: '../none.js' }, 'BAD_REQUEST'],
      [{ sources: [...run.sources, ['a.js', 0]] }, 'BAD_REQUEST'],
      [{ sources: [...run.sources, ['../x', 0]] }, 'BAD_REQUEST'],
      [{ sources: [...run.sources, ['/x', 0]] }, 'BAD_REQUEST'],
      [{ sources: [...run.sources, ['', 0]] }, 'BAD_REQUEST'],
      [{ sources: [...run.sources, ['x//y', 0]] }, 'BAD_REQUEST'],
      [{ sources: [['a.js', LIMITS.programSources + 1]] }, 'TOO_LARGE'],
      [{ args: [words, 'y'] }, 'TOO_LARGE'],
      [{ channel: 4 }, 'BAD_MESSAGE'],
      [{ stdin: 3 }, 'BAD_MESSAGE'],
    ];
    for (const [change, expected] of refusals) expect(() => receive(change)).toThrow(code(expected));
    receive({ sources: [['a.js', LIMITS.programSources]] });
    receive({ args: [words], env: [] });
    receive({ entry: 'of-the-session.js', sources: [] });
  });
});
