/** The contract between the session core and what serves its previews. */

import type { EgressAttempt } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import type { OutputStream } from '../kernels/kernel.ts';
import type { SessionFile, Snapshot } from '../programs/asks.ts';
import type { PreviewTarget, SourceFile } from '../programs/program.ts';

export interface PreviewCode {
  /** What serves: a module with a `fetch` handler, or an `.html` file. A path in `sources`, or else a session file. */
  readonly entry: string;
  readonly sources: readonly SourceFile[];
  /** Files beside a page of the session that are too large to be among the sources. */
  readonly beyond: readonly StoredFile[];
}

/** A file that stays in the session and is read there. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
  /** Names the content. */
  readonly version: string;
}

/** The first of these session files that there is; null if there is none. */
export type FindFile = (paths: readonly string[]) => SessionFile | null;

/** What a session gives its previews. */
export interface PreviewSurroundings {
  readonly file: FindFile;
  /** All files as they are now; asked for only by code that names `node:fs`. */
  snapshot(): Snapshot;
  /** Which hosts they may call, and where it is told what was asked of the network for their code. */
  readonly network: NetworkList;
  requested(attempt: EgressAttempt): void;
}

export interface PreviewListener {
  /** A piece of output; what follows is read once the promise, if it is one, has settled. */
  write(stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined;
  /** Its code asked this of the network. */
  requested(attempt: EgressAttempt): void;
}

/** Previews go on being served when the session that started them is not in memory. */
export interface PreviewHost {
  /** PREVIEW_DOMAIN; null where there are no previews. */
  readonly domain: string | null;
  /**
   * Serves `code` from now on; what its classes stored stays. Null: the code stays as well, and finds the files of now.
   * Resolves with null, or, having changed nothing, with what is wrong, for the person. Never rejects.
   */
  deploy(target: PreviewTarget, code: PreviewCode | null, surroundings: PreviewSurroundings): Promise<string | null>;
  /** Serves it no more. `withData`: what its classes stored goes as well. Rejects when the host is out of reach. */
  withdraw(id: string, withData: boolean): Promise<void>;
  /**
   * Hands over what the preview prints and asks of the network, from what was there since it was last followed, as far as that is kept.
   * Resolves when `signal` fires or somebody else follows; rejects when the host is lost.
   */
  follow(id: string, listener: PreviewListener, signal: AbortSignal): Promise<void>;
}
