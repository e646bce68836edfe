/** The data channels of one connection: byte streams that a client sends, each from offset 0 on. */

import type { Message } from '../../protocol/assembler.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { CHANNEL_FIRST_DATA } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';

/** Takes the bytes of one channel. */
export interface ByteSink {
  /** `last` is true with the final bytes, which may be none. */
  push(bytes: Uint8Array, last: boolean): void;
  /** The connection ended before the stream did. */
  abandon(): void;
}

interface Channel {
  readonly sink: ByteSink;
  offset: number;
}

export class Uploads {
  readonly #channels = new Map<number, Channel>();

  /** Throws `ProtocolError` for a channel that is no client's, is in use, or is one too many. */
  open(channel: number, sink: ByteSink): void {
    if (channel < CHANNEL_FIRST_DATA || channel > 0xffff || channel % 2 === 0) {
      throw new ProtocolError('BAD_MESSAGE', 'Clients open data channels with odd numbers from 3 to 65535.');
    }
    if (this.#channels.has(channel)) throw new ProtocolError('BAD_MESSAGE', `Channel ${channel} is open already.`);
    if (this.#channels.size >= LIMITS.channels) {
      throw new ProtocolError('RATE', `A connection may have ${LIMITS.channels} channels open.`);
    }
    this.#channels.set(channel, { sink, offset: 0 });
  }

  /** Bytes of an open channel; those of a channel that was closed by this side are dropped. */
  push({ channel, seq, payload, last }: Message): void {
    const open = this.#channels.get(channel);
    if (open === undefined) return;
    if (seq !== open.offset) {
      throw new ProtocolError('BAD_FRAME', `Channel ${channel} is at offset ${open.offset}; the frame says ${seq}.`);
    }
    open.offset += payload.length;
    if (last) this.#channels.delete(channel);
    open.sink.push(payload, last);
  }

  close(channel: number): void {
    this.#channels.delete(channel);
  }

  abandonAll(): void {
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const { sink } of channels) sink.abandon();
  }
}
