/**
 * Open descriptors, carried over a restore: the heap has their numbers, Emscripten forgot what they stand for. What cannot
 * be opened again keeps its number until it is closed, so that no other file gets it: using it is an OSError.
 */

import type { EmscriptenFs, FsStream } from './emscripten.ts';

interface Descriptor {
  readonly fd: number;
  readonly path: string;
  readonly flags: number;
  readonly position: number;
  readonly kind: 'file' | 'socket' | 'pipe';
  /** The file was removed while it was open: its contents do not last. */
  readonly isLost: boolean;
  /** It did not come back from an earlier restore, and that was told. */
  readonly isStale: boolean;
  /** The lower descriptor that it is a duplicate of: they have one position. */
  readonly of: number | null;
}

const STANDARD_STREAMS = 3;
/** O_CREAT, O_EXCL and O_TRUNC were for the first time. */
const OPENING_FLAGS = 0o100 | 0o200 | 0o1000;
/** ESTALE, as WASI numbers it. */
const STALE = 72;

/** What is open, as JSON. */
export function describeStreams(fs: EmscriptenFs, isLost: (stream: FsStream) => boolean): string {
  const open = fs.streams.filter((stream) => !!stream && stream.fd >= STANDARD_STREAMS) as FsStream[];
  const first = new Map<object, number>();
  const descriptors: Descriptor[] = open.map((stream) => {
    const { fd, path, flags, position, shared } = stream;
    const of = first.get(shared) ?? null;
    if (of === null) first.set(shared, fd);
    const kind = kindOf(fs, stream);
    return { fd, path, flags, position, kind, isLost: isLost(stream), isStale: 'isStale' in stream.node, of };
  });
  return JSON.stringify(descriptors);
}

/** Opens what `describeStreams` told, under the same numbers. Answers what did not come back, in words. */
export function reopenStreams(fs: EmscriptenFs, description: string): string[] {
  const lost: string[] = [];
  for (const descriptor of JSON.parse(description) as Descriptor[]) {
    const { fd, of } = descriptor;
    const original = of === null ? undefined : fs.streams[of];
    if (original) fs.dupStream(original, fd);
    else if (descriptor.isStale || !reopen(fs, descriptor)) keepStale(fs, descriptor);
    if (!original && !descriptor.isStale && 'isStale' in (fs.streams[fd]?.node ?? {})) lost.push(inWords(descriptor));
  }
  return lost;
}

function kindOf(fs: EmscriptenFs, { node }: FsStream): Descriptor['kind'] {
  if (fs.isSocket(node.mode)) return 'socket';
  return fs.isFIFO(node.mode) ? 'pipe' : 'file';
}

function inWords({ kind, path, fd, isLost }: Descriptor): string {
  if (kind !== 'file') return `a ${kind} (descriptor ${fd})`;
  return isLost ? `${path}, which was removed while it was open` : `${path}, which cannot be opened any more`;
}

function reopen(fs: EmscriptenFs, { fd, path, flags, position, kind, isLost }: Descriptor): boolean {
  if (kind !== 'file' || isLost) return false;
  try {
    const { node } = fs.lookupPath(path);
    const state = { node, seekable: true, stream_ops: node.stream_ops, ungotten: [], error: false };
    const stream = fs.createStream({ path, flags: flags & ~OPENING_FLAGS, position, ...state }, fd);
    stream.node.stream_ops.open?.(stream);
    return true;
  } catch (error) {
    if (error instanceof fs.ErrnoError) return false;
    throw error;
  }
}

/** Takes the number with a stream of which nothing can be done but closing it. */
function keepStale(fs: EmscriptenFs, { fd, path, flags }: Descriptor): void {
  const refuse = () => {
    throw new fs.ErrnoError(STALE);
  };
  const operations = { getattr: refuse, setattr: refuse, read: refuse, write: refuse, llseek: refuse, fsync: refuse };
  const node = { isStale: true, mode: 0, node_ops: operations, stream_ops: operations };
  fs.createStream({ path, flags, position: 0, node, seekable: true, stream_ops: operations, ungotten: [] }, fd);
}
