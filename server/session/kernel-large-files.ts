/** How a kernel reaches the files that are in R2: what it has stored and not placed yet goes when the kernel does. */

import type { LargeFileSystem } from '../files/file-system.ts';
import type { LargeFiles } from '../files/large-files.ts';
import type { Overlay } from '../files/overlay.ts';
import type { LargeFile } from '../files/rows.ts';

export class KernelLargeFiles {
  readonly #large: LargeFiles;
  /** Stored and not placed. */
  #pending = new Set<LargeFile>();

  constructor(large: LargeFiles) {
    this.#large = large;
  }

  /** For one writer, whose overlay is opened when it is needed. */
  within(open: () => Overlay): LargeFileSystem {
    return {
      read: async (path, offset = 0, length = Number.MAX_SAFE_INTEGER) => {
        const { files } = open();
        const large = files.largeFile(path);
        if (large === null) return streamOf(files.read(path, offset, length));
        return this.#large.read(path, large, offset, Math.min(length, large.size - offset));
      },
      store: async (path, source) => {
        const pending = this.#pending;
        const contents = await this.#large.store(path, source);
        if (pending === this.#pending) pending.add(contents);
        else this.#large.letGo(contents);
        return contents;
      },
      place: (path, contents) => {
        this.#pending.delete(contents);
        this.#large.place(open(), path, contents);
      },
    };
  }

  /** The kernel is gone: it will place nothing more. */
  letGo(): void {
    for (const contents of this.#pending) this.#large.letGo(contents);
    this.#pending = new Set();
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}
