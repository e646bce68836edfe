/** The standard input of a program: bytes of a data channel, as a stream that grants credit as it is read. */

import { ProtocolError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { Signal } from './signal.ts';
import type { ByteSink } from './uploads.ts';

export interface StdinPipe {
  readonly sink: ByteSink;
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * `grant` is called with the offset up to which the client may now send, each time that the program reads: with all of
 * it read, that tells the client that the program waits.
 */
export function openStdin(grant: (through: number) => void): StdinPipe {
  const waiting: Uint8Array[] = [];
  const moved = new Signal();
  let received = 0;
  let read = 0;
  let state: 'open' | 'ended' | 'cancelled' = 'open';

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (state === 'open') grant(read + LIMITS.stdinCredit);
        while (waiting.length === 0 && state === 'open') await moved.wait();
        const chunk = waiting.shift();
        if (chunk === undefined) return controller.close();
        read += chunk.length;
        controller.enqueue(chunk);
      },
      cancel() {
        state = 'cancelled';
        waiting.length = 0;
        moved.fire();
      },
    },
    { highWaterMark: 0 },
  );

  function end(): void {
    if (state === 'open') state = 'ended';
    moved.fire();
  }

  return {
    stream,
    sink: {
      push(bytes, last) {
        received += bytes.length;
        if (received > read + LIMITS.stdinCredit) {
          throw new ProtocolError('BAD_FRAME', 'More program input came than was granted.');
        }
        if (bytes.length > 0 && state === 'open') waiting.push(bytes.slice());
        moved.fire();
        if (last) end();
      },
      abandon: end,
    },
  };
}

/** The standard input of a program that has none. */
export function emptyStdin(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
