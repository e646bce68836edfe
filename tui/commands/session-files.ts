/** A session's files over REST: paths, requests and listings, for all `files` commands. */

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import * as v from 'valibot';
import { Patience } from '../access/patience.ts';
import { notUnderstood, readJson, request } from '../access/rest.ts';
import { selectServer } from '../access/server.ts';
import type { Invocation } from '../arguments/parse.ts';
import { EXIT, ExitError, usageError } from '../exit.ts';
import type { Io } from '../io.ts';

const HOME = '/home/user';

const listing = v.object({
  entries: v.array(
    v.object({
      path: v.string(),
      kind: v.picklist(['file', 'directory']),
      size: v.number(),
      modifiedAt: v.number(),
    }),
  ),
  next: v.optional(v.string()),
});

const changed = v.object({ path: v.string(), revision: v.nullable(v.number()) });

export type FileEntry = v.InferOutput<typeof listing>['entries'][number];

/**
 * The session path that the user means, relative to the working directory; empty for that itself. Resolved here, because
 * dots in a URL would lead out of the session's files. Throws `ExitError` (usage).
 */
export function sessionPath(text: string): string {
  const path = posix.relative(HOME, posix.resolve(HOME, text));
  if (path !== '..' && !path.startsWith('../')) return path;
  throw usageError(`'${text}' is outside the session's files, which are below ${HOME}`);
}

/** As `sessionPath`; a path that ends with a slash means `name` within that directory. */
export function targetPath(text: string, name: string): string {
  return sessionPath(text.endsWith('/') ? `${text}${name}` : text);
}

export class SessionFiles {
  readonly #request: (path: string, options: Parameters<typeof request>[2]) => Promise<Response>;

  constructor({ options }: Invocation, io: Io) {
    const server = selectServer(options.url, io.env);
    const base = `/v1/sessions/${encodeURIComponent(options.session)}/files/`;
    this.#request = (path, rest) => request(server, base + path.split('/').map(encodeURIComponent).join('/'), rest);
  }

  /** Changes what is at `path`. Resolves once that is committed. */
  async change(path: string, options: Parameters<typeof request>[2]): Promise<void> {
    await readJson(await this.#request(path, options), changed);
  }

  /** The contents of a file, also over a line that breaks, and how many bytes that are. Throws `ExitError` for a directory. */
  async read(path: string): Promise<{ readonly size: number; readonly contents: AsyncIterable<Uint8Array> }> {
    const response = await this.#request(path, {});
    if (isListing(response)) {
      await response.body?.cancel();
      throw new ExitError(EXIT.failure, `"${path}" is a directory`);
    }
    return { size: Number(response.headers.get('content-length')), contents: this.#contents(path, response) };
  }

  async *#contents(path: string, first: Response): AsyncGenerator<Uint8Array, void> {
    const patience = new Patience();
    const version = first.headers.get('etag');
    const announced = first.headers.get('x-content-sha256');
    const hash = createHash('sha256');
    let offset = 0;
    for (let response: Response | null = first; ; ) {
      try {
        response ??= await this.#request(path, { headers: { range: `bytes=${offset}-` } });
        if (response.headers.get('etag') !== version) {
          throw new ExitError(EXIT.failure, `"${path}" was changed while it came: get it again`);
        }
        for await (const bytes of response.body ?? []) {
          offset += bytes.length;
          hash.update(bytes);
          patience.progressed();
          yield bytes;
        }
        break;
      } catch (error) {
        if (offset === Number(first.headers.get('content-length'))) break;
        await patience.again(error instanceof ExitError ? error : brokenAt(path, offset, error));
        response = null;
      }
    }
    if (announced === null || announced === hash.digest('hex')) return;
    throw new ExitError(EXIT.failure, `"${path}" arrived damaged: its SHA-256 is not ${announced}; get it again`);
  }

  async readAll(path: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of (await this.read(path)).contents) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Everything in a directory, sorted by path; `recursive`: in the directories below as well. */
  async list(path: string, recursive: boolean): Promise<FileEntry[]> {
    const entries: FileEntry[] = [];
    let after: string | undefined;
    do {
      const query = { ...(recursive ? { recursive: '1' } : {}), ...(after === undefined ? {} : { after }) };
      const response = await this.#request(path, { query });
      if (!isListing(response)) {
        await response.body?.cancel();
        throw new ExitError(EXIT.failure, `"${path}" is a file`);
      }
      const page = await readJson(response, listing);
      entries.push(...page.entries);
      after = page.next;
    } while (after !== undefined);
    return entries;
  }

  async stat(path: string): Promise<{ kind: FileEntry['kind']; size: number; modifiedAt: number | null }> {
    const response = await this.#request(path, { method: 'HEAD' });
    if (isListing(response)) return { kind: 'directory', size: 0, modifiedAt: null };
    const modifiedAt = Date.parse(response.headers.get('last-modified') ?? '');
    return {
      kind: 'file',
      size: Number(response.headers.get('content-length')),
      modifiedAt: Number.isNaN(modifiedAt) ? null : modifiedAt,
    };
  }
}

function brokenAt(path: string, offset: number, cause: unknown): ExitError {
  return new ExitError(EXIT.unreachable, `the line broke when ${offset} bytes of "${path}" had come`, { cause });
}

/** Files travel as bytes of a version, directories as JSON. Throws `ExitError` for neither. */
function isListing({ headers }: Response): boolean {
  if (headers.has('etag')) return false;
  if (headers.get('content-type')?.startsWith('application/json') === true) return true;
  throw notUnderstood();
}
