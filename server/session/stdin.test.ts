/** A program's standard input: in order, as far as it was granted, to its end. */

import { expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { emptyStdin, openStdin } from './stdin.ts';

const LAST = true;
const text = (value: string) => new TextEncoder().encode(value);

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

it('gives the bytes in order, grants credit whenever it is read, and ends', async () => {
  const grants: number[] = [];
  const { sink, stream } = openStdin((through) => grants.push(through));
  const reader = stream.getReader();
  sink.push(text('one'), false);
  sink.push(text('three'), false);
  expect(grants).toEqual([]);
  expect(await reader.read()).toEqual({ done: false, value: text('one') });
  expect(grants).toEqual([LIMITS.stdinCredit]);
  expect(await reader.read()).toEqual({ done: false, value: text('three') });
  const waiting = reader.read();
  sink.push(text('last'), LAST);
  expect(await waiting).toEqual({ done: false, value: text('last') });
  expect(await reader.read()).toMatchObject({ done: true });
  expect(grants).toEqual([0, 3].map((read) => read + LIMITS.stdinCredit));
});

it('keeps bytes that arrive in a buffer which is used again', async () => {
  const { sink, stream } = openStdin(() => undefined);
  const buffer = text('first');
  sink.push(buffer, false);
  buffer.fill(0x78);
  sink.push(buffer.subarray(0, 0), LAST);
  expect(await readAll(stream)).toBe('first');
});

it('takes as much as was granted and not one byte more', async () => {
  const { sink, stream } = openStdin(() => undefined);
  sink.push(new Uint8Array(LIMITS.stdinCredit), false);
  expect(() => sink.push(new Uint8Array(1), false)).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  const more = openStdin(() => undefined);
  more.sink.push(new Uint8Array(LIMITS.stdinCredit), false);
  await more.stream.getReader().read();
  more.sink.push(new Uint8Array(LIMITS.stdinCredit), false);
  await stream.cancel();
});

it('ends when the line is lost', async () => {
  const { sink, stream } = openStdin(() => undefined);
  sink.push(text('half'), false);
  sink.abandon();
  expect(await readAll(stream)).toBe('half');
});

it('takes what comes after the program stopped reading, and drops it', async () => {
  const { sink, stream } = openStdin(() => undefined);
  const reader = stream.getReader();
  const waiting = reader.read();
  await reader.cancel();
  sink.push(text('late'), false);
  sink.push(text(''), LAST);
  expect(await waiting).toMatchObject({ done: true });
});

it('of a program without input is at its end', async () => {
  expect(await readAll(emptyStdin())).toBe('');
});
