/** What Ink takes for stdin and stdout: it reads nothing and writes whole frames, so that no Node stream is needed. */

import type { RenderOptions } from 'ink';
import type { Terminal } from '../terminal.ts';

type Streams = Required<Pick<RenderOptions, 'stdin' | 'stdout' | 'stderr'>>;

/** @param onFrame gets each frame: rows of text with styles, joined by newlines */
export function inkStreams(terminal: Terminal, onFrame: (frame: string) => void): Streams {
  const ignore = () => stream;
  const stream = {
    isTTY: true,
    writable: true,
    get columns() {
      return terminal.columns;
    },
    get rows() {
      return terminal.rows;
    },
    write(frame: string, done?: () => void) {
      onFrame(frame);
      done?.();
      return true;
    },
    on: ignore,
    off: ignore,
    addListener: ignore,
    removeListener: ignore,
    setEncoding: ignore,
    setRawMode: ignore,
    ref: ignore,
    unref: ignore,
    read: () => null,
  };
  // Ink uses nothing else of its streams in debug mode without input hooks.
  return { stdin: stream, stdout: stream, stderr: { ...stream, write: () => true } } as unknown as Streams;
}
