/** Open descriptors, carried over a restore: the heap has their numbers, Emscripten forgot what they stand for. */

import type { EmscriptenFs, FsStream } from './emscripten.ts';

interface Descriptor {
  readonly fd: number;
  readonly path: string;
  readonly flags: number;
  readonly position: number;
  /** The file was removed while it was open: its contents do not last. */
  readonly isLost: boolean;
}

const STANDARD_STREAMS = 3;
/** O_CREAT, O_EXCL and O_TRUNC were for the first time. */
const OPENING_FLAGS = 0o100 | 0o200 | 0o1000;

/** What is open, as JSON. */
export function describeStreams(fs: EmscriptenFs, isLost: (stream: FsStream) => boolean): string {
  const open = fs.streams.filter((stream) => !!stream && stream.fd >= STANDARD_STREAMS) as FsStream[];
  const descriptors: Descriptor[] = open.map((stream) => {
    const { fd, path, flags, position } = stream;
    return { fd, path, flags, position, isLost: isLost(stream) };
  });
  return JSON.stringify(descriptors);
}

/** Opens what `describeStreams` told, under the same numbers. Answers the paths that lead nowhere any more. */
export function reopenStreams(fs: EmscriptenFs, description: string): string[] {
  const lost: string[] = [];
  for (const { fd, path, flags, position, isLost } of JSON.parse(description) as Descriptor[]) {
    if (isLost || !reopen(fs, { fd, path, flags: flags & ~OPENING_FLAGS, position })) lost.push(path);
  }
  return lost;
}

function reopen(fs: EmscriptenFs, descriptor: Omit<Descriptor, 'isLost'>): boolean {
  const { fd, ...rest } = descriptor;
  try {
    const { node } = fs.lookupPath(descriptor.path);
    const state = { node, seekable: true, stream_ops: node.stream_ops, ungotten: [], error: false };
    const stream = fs.createStream({ ...rest, ...state }, fd);
    stream.node.stream_ops.open?.(stream);
    return true;
  } catch (error) {
    if (error instanceof fs.ErrnoError) return false;
    throw error;
  }
}
