/** Log events as JSON, one a line. */

import { TextDecoder } from 'node:util';
import type { LogEvent, OutputEvent } from '../../protocol/events.ts';
import type { LogWriter } from './log-follower.ts';
import type { Output } from './output.ts';

export class LogJson implements LogWriter {
  readonly #output: Output;
  /** Characters may be cut between two outputs of one stream. */
  readonly #decoders = new Map<string, TextDecoder>();

  constructor(output: Output) {
    this.#output = output;
  }

  event(seq: number, event: LogEvent): Promise<void> | undefined {
    const body = this.#body(event);
    if (event.name === 'done') this.#forget('input', event.body.input);
    if (event.name === 'exit') this.#forget('program', event.body.program);
    return this.#line({ seq, event: event.name, ...body });
  }

  gap(from: number, to: number): Promise<void> | undefined {
    return this.#line({ event: 'gap', from, to });
  }

  #body(event: LogEvent): object {
    if (event.name === 'output') return this.#outputBody(event.body);
    if (event.name !== 'display') return event.body;
    const { bundle, ...body } = event.body;
    return { ...body, bundle: bundle.map(([type, data]) => [type, typeof data === 'string' ? data : base64(data)]) };
  }

  #outputBody({ bytes, ...body }: OutputEvent): object {
    const key = `${body.cause} ${body.number} ${body.stream}`;
    const decoder = this.#decoders.get(key) ?? new TextDecoder();
    this.#decoders.set(key, decoder);
    return { ...body, text: decoder.decode(bytes, { stream: true }) };
  }

  #forget(cause: string, number: number): void {
    for (const stream of ['stdout', 'stderr']) this.#decoders.delete(`${cause} ${number} ${stream}`);
  }

  #line(value: object): Promise<void> | undefined {
    return this.#output.write(`${JSON.stringify(value)}\n`);
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
