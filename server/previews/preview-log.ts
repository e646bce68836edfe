/**
 * What a preview prints and asks of the network, on its way to its session; while nobody asks for it, the newest part is
 * kept.
 */

import { encodeRecord, type ProgramRecord } from '../programs/records.ts';

type LogRecord = Extract<ProgramRecord, { type: 'stdout' | 'stderr' | 'request' }>;

/** Bytes that are kept while nobody reads, and that may wait for a slow reader; beyond it, the oldest go. */
const KEPT_BYTES = 256 * 1024;

export class PreviewLog {
  readonly #limit: number;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #isCut = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(limit: number = KEPT_BYTES) {
    this.#limit = limit;
  }

  add(record: LogRecord): void {
    const encoded = encodeRecord(record);
    this.#waiting.push(encoded);
    this.#size += encoded.length;
    while (this.#size > this.#limit && this.#waiting.length > 1) {
      this.#size -= this.#waiting.shift()?.length ?? 0;
      this.#isCut = true;
    }
    this.#send();
  }

  /** A stream of records, beginning with what was kept. It ends when somebody else follows. */
  follow(): ReadableStream<Uint8Array> {
    this.end();
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#send(),
        cancel: () => {
          this.#controller = null;
        },
      },
      { highWaterMark: 16 },
    );
  }

  end(): void {
    this.#controller?.close();
    this.#controller = null;
  }

  #send(): void {
    const controller = this.#controller;
    while (controller !== null && (controller.desiredSize ?? 0) > 0) {
      const record = this.#waiting.shift();
      if (record === undefined) return;
      this.#size -= record.length;
      if (this.#isCut) controller.enqueue(encodeRecord({ type: 'stderr', bytes: cutMark }));
      this.#isCut = false;
      controller.enqueue(record);
    }
  }
}

const cutMark = new TextEncoder().encode('[spawnpoint-cf: earlier output of this preview is not kept]\n');
