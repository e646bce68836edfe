/** Programs and their standard input on the way to the server, within their credit. */

import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { ServerLine } from '../testing/session-server.ts';
import { StdinUpload, sendProgram } from './program-upload.ts';

const CHANNEL = 5;
const PATIENCE = 20;

const line = () => new ServerLine({ message: () => undefined, close: () => undefined }, () => undefined);

async function* chunks(...sizes: number[]) {
  let at = 0;
  for (const size of sizes) {
    yield Uint8Array.from({ length: size }, (_, index) => (at + index) % 251);
    at += size;
  }
}

/** Lets what waits for nothing but other promises go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < PATIENCE; turn++) await Promise.resolve();
}

describe('sendProgram', () => {
  it('sends RUN, then the bytes of all sources in order', () => {
    const server = line();
    const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
    const sources = [
      { path: 'main.ts', bytes: bytes(LIMITS.framePayload + 1, 1) },
      { path: 'empty.ts', bytes: bytes(0, 2) },
      { path: 'lib.ts', bytes: bytes(10, 3) },
    ];
    const program = { entry: 'main.ts', sources, args: ['a'], env: [], timeout: 3, stdin: null };
    sendProgram(program, 7, CHANNEL, null, server.socket.send);
    expect(server.all('run')).toMatchObject([
      {
        request: 7,
        channel: CHANNEL,
        stdin: null,
        timeout: 3,
        sources: [
          ['main.ts', LIMITS.framePayload + 1],
          ['empty.ts', 0],
          ['lib.ts', 10],
        ],
      },
    ]);
    const sent = server.data.get(CHANNEL);
    expect(sent).toHaveLength(LIMITS.framePayload + 11);
    expect(sent?.[LIMITS.framePayload]).toBe(1);
    expect(sent?.at(-1)).toBe(3);
    expect(server.finished).toContain(CHANNEL);
  });

  it('ends the channel also when there is not one byte', () => {
    const server = line();
    const sources = [{ path: 'main.ts', bytes: new Uint8Array() }];
    sendProgram(
      { entry: 'main.ts', sources, args: [], env: [], timeout: null, stdin: null },
      1,
      3,
      null,
      server.socket.send,
    );
    expect(server.finished).toContain(3);
  });
});

describe('StdinUpload', () => {
  it('sends everything and the end', async () => {
    const server = line();
    await new StdinUpload(CHANNEL, chunks(3, 0, 2), server.socket.send).pump();
    expect([...(server.data.get(CHANNEL) ?? [])]).toEqual([0, 1, 2, 3, 4]);
    expect(server.finished).toContain(CHANNEL);
  });

  it('never sends more than was granted', async () => {
    const server = line();
    const source = chunks(LIMITS.stdinCredit - 1, 3, LIMITS.stdinCredit);
    const upload = new StdinUpload(CHANNEL, source, server.socket.send);
    const pumping = upload.pump();
    await settle();
    expect(server.data.get(CHANNEL)).toHaveLength(LIMITS.stdinCredit);
    upload.grant(LIMITS.stdinCredit + 1);
    upload.grant(5);
    await settle();
    expect(server.data.get(CHANNEL)).toHaveLength(LIMITS.stdinCredit + 1);
    expect(server.finished).not.toContain(CHANNEL);
    upload.grant(10 * LIMITS.stdinCredit);
    await pumping;
    expect(server.data.get(CHANNEL)).toHaveLength(2 * LIMITS.stdinCredit + 2);
    expect(server.data.get(CHANNEL)?.every((byte, at) => byte === at % 251)).toBe(true);
    expect(server.finished).toContain(CHANNEL);
  });

  it('tells its source when the program waits for more than it was sent', async () => {
    const server = line();
    let wanted = 0;
    const upload = new StdinUpload(CHANNEL, Object.assign(chunks(3), { wanted: () => wanted++ }), server.socket.send);
    upload.grant(LIMITS.stdinCredit);
    expect(wanted).toBe(1);
    const pumping = upload.pump();
    await settle();
    upload.grant(LIMITS.stdinCredit + 2);
    expect(wanted).toBe(1);
    upload.grant(LIMITS.stdinCredit + 3);
    expect(wanted).toBe(2);
    await pumping;
  });

  it('sends nothing once its line is lost, not even the end', async () => {
    const server = line();
    const upload = new StdinUpload(CHANNEL, chunks(2 * LIMITS.stdinCredit, 1), server.socket.send);
    const pumping = upload.pump();
    await settle();
    upload.close();
    await pumping;
    expect(server.data.get(CHANNEL)).toHaveLength(LIMITS.stdinCredit);
    expect(server.finished).not.toContain(CHANNEL);
  });

  it('sends no end when its line was lost while it waited for more', async () => {
    const server = line();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    async function* source() {
      yield new Uint8Array(1);
      await ended;
    }
    const upload = new StdinUpload(CHANNEL, source(), server.socket.send);
    const pumping = upload.pump();
    await settle();
    upload.close();
    end();
    await pumping;
    expect(server.data.get(CHANNEL)).toHaveLength(1);
    expect(server.finished).not.toContain(CHANNEL);
  });
});
