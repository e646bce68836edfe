/** What a person sees of a transfer that takes its time. */

import { PassThrough } from 'node:stream';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../app/testing/manual-clock.ts';
import type { Io } from '../io.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';

const MiB = 1024 * 1024;

let clock: ManualClock;
let shown: string[];
let io: Io;
beforeEach(() => {
  clock = new ManualClock();
  shown = [];
  const output = new Output(new PassThrough(), { isTty: true, color: false }, () => undefined);
  const nothing = () => undefined;
  const status = (text: string) => void shown.push(text);
  io = { env: {}, stdin: new PassThrough(), stdout: output, stderr: output, warn: nothing, inform: nothing, status };
});

it('is how far it has come, ten times a second at most, and nothing in the end', () => {
  const progress = new Progress(io, clock, 'a\nb', 10 * MiB);
  for (const mebibytes of [0, 1, 2, 3, 4]) {
    progress.at(mebibytes * MiB);
    clock.advance(50);
  }
  progress.end();
  expect(shown).toEqual([
    '0 %  0 B of 10 MB  a\ufffdb',
    '20 %  2.0 MB of 10 MB  a\ufffdb',
    '40 %  4.0 MB of 10 MB  a\ufffdb',
    '',
  ]);
});

it('is what has come where nobody knows how much there is', () => {
  const progress = new Progress(io, clock, 'stdin', null);
  for (const bytes of [MiB, 2 * MiB]) progress.at(bytes);
  expect(shown).toEqual(['2.0 MB  stdin']);
});

it('is nothing for what is there at once', () => {
  const progress = new Progress(io, clock, 'small', MiB);
  progress.at(0);
  progress.at(MiB);
  progress.end();
  expect(shown).toEqual([]);
});
