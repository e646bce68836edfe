/** What the code of a preview gets hold of: the way for what it prints, and its own objects. Nothing else can be reached through it. */

import { WorkerEntrypoint } from 'cloudflare:workers';
import * as v from 'valibot';
import { type EgressEnv, egressFetch, egressRules } from '../egress/egress.ts';
import type { NetworkList } from '../egress/network-list.ts';
import { maxLargeFileBytes } from '../files/limits.ts';
import { changesShape, maxPayload } from '../programs/records.ts';
import { parsePart } from '../programs/runner/sink.ts';
import { type PreviewEnv, previewObject } from './environment.ts';
import { type GivenFiles, givenFiles } from './preview-files.ts';
import type { Preview } from './preview-object.ts';
import { changeSessionFiles, readSessionFile } from './session-files.ts';

interface Props {
  readonly preview: string;
}

const maxParts = 1000;

/** Called by code that may be hostile: every argument is checked. Which preview it is, the caller cannot choose. */
export class PreviewGuestHost extends WorkerEntrypoint<PreviewEnv, Props> {
  async print(parts: unknown): Promise<void> {
    if (!Array.isArray(parts) || parts.length > maxParts) throw malformed();
    await this.#preview.print(parts.map(parseOutput));
  }

  /** The files that the code reads, as they are now. */
  async files(): Promise<GivenFiles | null> {
    const files = await this.#preview.files();
    return files && givenFiles(files);
  }

  /** Bytes of a session file as it is now, fewer at its end; null if there is no such file. */
  async read(path: unknown, offset: unknown, length: unknown): Promise<ReadableStream<Uint8Array> | null> {
    const part = parsePart(path, offset, length, maxLargeFileBytes);
    return readSessionFile(this.env, this.ctx.props.preview, part.path, part);
  }

  /** Changes to the session's files, in order; see `changeSessionFiles`. */
  async change(changes: unknown): Promise<number> {
    const { success, output } = v.safeParse(changesShape, changes);
    if (!success) throw malformed();
    return changeSessionFiles(this.env, this.ctx.props.preview, output);
  }

  /** A request for an object: see `Preview.fetch`. */
  override fetch(request: Request): Promise<Response> {
    return this.#preview.fetch(request);
  }

  async call(className: unknown, name: unknown, method: unknown, args: unknown): Promise<unknown> {
    if (typeof className !== 'string' || typeof name !== 'string' || typeof method !== 'string') throw malformed();
    if (!Array.isArray(args)) throw malformed();
    return this.#preview.call(className, name, method, args);
  }

  get #preview(): DurableObjectStub<Preview> {
    return previewObject(this.env, this.ctx.props.preview);
  }
}

/** All the network that the code of a preview has. */
export class PreviewGateway extends WorkerEntrypoint<
  PreviewEnv & EgressEnv,
  Props & { readonly network: NetworkList }
> {
  override fetch(request: Request): Promise<Response> {
    const { preview, network } = this.ctx.props;
    // The guest's runtime follows redirects itself: each hop comes through here.
    const manual = new Request(request, { redirect: 'manual' });
    return egressFetch(manual, egressRules(this.env, network), (attempt) => {
      this.ctx.waitUntil(previewObject(this.env, preview).report(attempt));
    });
  }
}

function parseOutput(part: unknown): ['stdout' | 'stderr', Uint8Array] {
  if (!Array.isArray(part)) throw malformed();
  const [stream, bytes]: unknown[] = part;
  if (stream !== 'stdout' && stream !== 'stderr') throw malformed();
  if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > maxPayload) throw malformed();
  return [stream, bytes];
}

function malformed(): TypeError {
  return new TypeError('This is not how a preview speaks to its host.');
}
