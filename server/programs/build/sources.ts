/** Where the modules of a program come from: what the client sent, then the session's files, then the network. */

import type { RemoteModule, SessionFile } from '../asks.ts';
import type { SourceFile } from '../program.ts';

/** What a session gives beside the files that came with the program. */
export interface SessionSources {
  /** The first of these session files that there is; null if there is none. */
  file(paths: readonly string[]): Promise<SessionFile | null>;
  /** Throws when it cannot be had. */
  module(url: string): Promise<RemoteModule>;
}

export interface FoundSource {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What package.json says of files that may be either; null if it says nothing. */
  readonly type: PackageType | null;
}

export type PackageType = 'module' | 'commonjs';

export class ProgramSources {
  readonly #sent: ReadonlyMap<string, Uint8Array>;
  readonly #session: SessionSources;
  readonly #read = new Map<string, Uint8Array>();

  constructor(sent: readonly SourceFile[], session: SessionSources) {
    this.#sent = new Map(sent.map(({ path, bytes }) => [path, bytes]));
    this.#session = session;
  }

  /** The first of these paths that there is. What the client sent goes before what the session has. */
  async find(paths: readonly string[]): Promise<FoundSource | null> {
    const path = paths.find((each) => this.#bytes(each) !== undefined);
    const bytes = path === undefined ? undefined : this.#bytes(path);
    if (path !== undefined && bytes !== undefined) return { path, bytes, type: await this.#typeOf(path) };
    const file = await this.#session.file(paths);
    if (file === null) return null;
    this.#read.set(file.path, file.bytes);
    return { ...file, type: await this.#typeOf(file.path) };
  }

  /** Throws when it cannot be had. */
  module(url: string): Promise<RemoteModule> {
    return this.#session.module(url);
  }

  #bytes(path: string): Uint8Array | undefined {
    return this.#sent.get(path) ?? this.#read.get(path);
  }

  /** By the nearest package.json. With a file that the client sent, it sent those above it. */
  async #typeOf(path: string): Promise<PackageType | null> {
    if (!/\.[jt]s$/.test(path)) return null;
    const directories = path.split('/').slice(0, -1);
    const candidates = [...directories, ''].map((_, depth) =>
      [...directories.slice(0, directories.length - depth), 'package.json'].join('/'),
    );
    if (!this.#sent.has(path)) return packageType((await this.#session.file(candidates))?.bytes);
    return packageType(candidates.map((each) => this.#sent.get(each)).find((bytes) => bytes !== undefined));
  }
}

function packageType(bytes: Uint8Array | undefined): PackageType | null {
  if (bytes === undefined) return null;
  try {
    const { type } = JSON.parse(new TextDecoder().decode(bytes));
    return type === 'module' || type === 'commonjs' ? type : null;
  } catch {
    return null;
  }
}
