/** What commands write and end with: statuses, colours, streams of text. */

import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { hasColor } from './color.ts';
import { interruptible } from './interruptible.ts';
import { inputVerdict, programVerdict } from './outcomes.ts';
import { Output } from './output.ts';
import { nameFor, TextStream, textFor } from './terminal-text.ts';

const never = (): void => {
  throw new Error('broken');
};

function collect(isTty: boolean, color: boolean): { output: Output; text: () => string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      parts.push(Buffer.from(chunk));
      done();
    },
  });
  return { output: new Output(stream, { isTty, color }, never), text: () => Buffer.concat(parts).toString() };
}

describe('exit statuses', () => {
  it('of inputs', () => {
    expect(inputVerdict({ status: 'ok', text: '', isVoid: true, string: null }, 'ts')).toEqual({ status: 0 });
    const error = { status: 'error', name: 'Error', message: 'x', text: 'Error: x' } as const;
    expect(inputVerdict(error, 'ts')).toEqual({ status: 1, error: 'Uncaught Error: x' });
    expect(inputVerdict({ ...error, text: 'Traceback …\nError: x\n' }, 'py').error).toBe('Traceback …\nError: x');
    expect(inputVerdict({ status: 'interrupted', reason: 'user', kept: true }, 'ts').status).toBe(130);
    expect(inputVerdict({ status: 'interrupted', reason: 'fuel', kept: false }, 'ts')).toMatchObject({
      status: 124,
      message: expect.stringContaining('undone'),
    });
    expect(inputVerdict({ status: 'aborted', message: 'm' }, 'ts')).toEqual({ status: 1, message: 'm' });
  });

  it('of programs', () => {
    expect(programVerdict({ kind: 'exit', code: 7 })).toEqual({ status: 7 });
    expect(programVerdict({ kind: 'exit', code: 256 + 3 }).status).toBe(3);
    expect(programVerdict({ kind: 'killed' }).status).toBe(143);
    expect(programVerdict({ kind: 'timeout' }).status).toBe(124);
    expect(programVerdict({ kind: 'failed', message: 'm' })).toEqual({ status: 1, message: 'm' });
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true, true],
    [{}, false, true, false],
    [{}, true, false, false],
    [{ NO_COLOR: '1' }, true, true, false],
    [{ NO_COLOR: '' }, true, true, true],
    [{ TERM: 'dumb' }, true, true, false],
    [{ FORCE_COLOR: '' }, false, true, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, false, true, true],
    [{ FORCE_COLOR: '0' }, true, true, false],
    [{ FORCE_COLOR: '1' }, true, false, false],
  ])('%j on a terminal %s, wanted %s: %s', (env, isTty, wanted, expected) => {
    expect(hasColor(env, isTty, wanted)).toBe(expected);
  });

  it('are taken out where they are not wanted, and escapes where a terminal would obey them', () => {
    const text = '\x1b[33m42\x1b[39m\x1b]0;title\x07';
    expect(textFor(collect(false, false).output, text)).toBe('42\x1b]0;title\x07');
    expect(textFor(collect(true, true).output, text)).not.toContain('title');
    expect(textFor(collect(true, true).output, text)).toContain('33');
    expect(textFor(collect(true, false).output, text)).toBe('42');
    expect(nameFor(collect(true, true).output, 'a\x1b[2J\nb')).not.toContain('\x1b');
    expect(nameFor(collect(false, false).output, 'a\nb')).toBe('a\nb');
  });
});

describe('a stream of text', () => {
  it('passes bytes untouched to a pipe', () => {
    const { output, text } = collect(false, false);
    new TextStream(output).write(new TextEncoder().encode('\x1b[2Jx'));
    expect(text()).toBe('\x1b[2Jx');
  });

  it('puts characters together that were cut, and leaves no style on', () => {
    const { output, text } = collect(true, true);
    const stream = new TextStream(output);
    const bytes = new TextEncoder().encode('\x1b[31mé\x1b[2J');
    for (const byte of bytes) stream.write(Uint8Array.of(byte));
    stream.end();
    expect(text()).toContain('é');
    expect(text()).not.toContain('2J');
    expect(text().endsWith('\x1b[0m')).toBe(true);
  });
});

describe('an output', () => {
  it('asks to wait while nobody reads, and goes on when somebody does', async () => {
    const pipe = new PassThrough({ highWaterMark: 4 });
    const output = new Output(pipe, { isTty: false, color: false }, never);
    const waiting = output.write('more than fits');
    expect(waiting).toBeInstanceOf(Promise);
    pipe.resume();
    await waiting;
    await output.flush();
  });

  it('tells once of a closed pipe, wakes who waits, and takes the rest calmly', async () => {
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('closed'), { code: 'EPIPE' })),
    });
    const errors: unknown[] = [];
    const output = new Output(stream, { isTty: false, color: false }, never);
    output.whenBroken((error) => errors.push(error.code));
    await output.write('x');
    expect(errors).toEqual(['EPIPE']);
    expect(output.write('y')).toBeUndefined();
    await output.flush();
    expect(errors).toHaveLength(1);
  });

  it.each([
    ['on a terminal, drops what comes after Ctrl-C', true, 'before, next'],
    ['in a pipe, has all of it', false, 'before, late, next'],
  ])('%s', async (_, isTty, expected) => {
    const { output, text } = collect(isTty, false);
    const io = {
      env: {},
      stdin: new PassThrough(),
      stdout: output,
      stderr: output,
      warn: never,
      inform: never,
      status: never,
    };
    const status = await interruptible({ interrupt: () => true }, io, async () => {
      output.write('before, ');
      process.listeners('SIGINT').at(-1)?.('SIGINT');
      output.write('late, ');
      return 0;
    });
    output.write('next');
    expect([status, text()]).toEqual([130, expected]);
  });
});
