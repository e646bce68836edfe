/** A package index (PEP 691: the simple API as JSON). It is configured by the operator; nothing else is asked. */

import * as v from 'valibot';
import * as limits from './limits.ts';
import { PackageError } from './package-error.ts';

export interface IndexFile {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | null;
  readonly requiresPython: string;
  readonly isYanked: boolean;
  /** The METADATA of a wheel is at its address with `.metadata` behind it (PEP 658). */
  readonly hasMetadata: boolean;
}

const present = v.optional(v.union([v.boolean(), v.string(), v.record(v.string(), v.string())]));
const Page = v.object({
  files: v.array(
    v.object({
      filename: v.string(),
      url: v.string(),
      hashes: v.optional(v.record(v.string(), v.string())),
      'requires-python': v.nullish(v.string()),
      yanked: present,
      'core-metadata': present,
      'dist-info-metadata': present,
    }),
  ),
});

export class PackageIndex {
  readonly #address: string;
  readonly #fetch: (request: Request) => Promise<Response>;

  /** `address` as pip takes it, such as https://pypi.org/simple. */
  constructor(address: string, fetch: (request: Request) => Promise<Response>) {
    this.#address = address.replace(/\/+$/, '');
    this.#fetch = fetch;
  }

  /** The files of a project; null if the index has no such project. */
  async files(name: string): Promise<IndexFile[] | null> {
    const address = `${this.#address}/${name}/`;
    const response = await this.#get(address, 'application/vnd.pypi.simple.v1+json');
    if (response.status === 404) return null;
    const page = await this.#read(response, address, limits.maxPageBytes);
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Page), new TextDecoder().decode(page));
    if (!parsed.success)
      throw new PackageError(
        `The package index at ${this.#address} did not answer as an index does, with the simple API as JSON (PEP 691).`,
      );
    return parsed.output.files.map((file) => ({
      filename: file.filename,
      url: new URL(file.url, response.url || address).href,
      sha256: file.hashes?.sha256 ?? null,
      requiresPython: file['requires-python'] ?? '',
      isYanked: file.yanked !== undefined && file.yanked !== false,
      hasMetadata: !!(file['core-metadata'] ?? file['dist-info-metadata']),
    }));
  }

  /** The METADATA of a wheel whose `hasMetadata` is true. */
  async metadata(file: IndexFile): Promise<string> {
    const address = `${file.url}.metadata`;
    return new TextDecoder().decode(await this.#read(await this.#get(address, '*/*'), address, limits.maxPageBytes));
  }

  /** The bytes of a file, which are those that the index has the hash of. */
  async download(file: IndexFile): Promise<Uint8Array> {
    const bytes = await this.#read(await this.#get(file.url, '*/*'), file.url, limits.maxWheelBytes);
    if (file.sha256 !== null && file.sha256 !== (await sha256(bytes))) {
      throw new PackageError(`${file.filename} is not what the package index says it is: its SHA-256 differs.`);
    }
    return bytes;
  }

  async #get(address: string, accept: string): Promise<Response> {
    try {
      return await this.#fetch(new Request(address, { headers: { accept } }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PackageError(`The package index at ${this.#address} cannot be reached: ${reason}`);
    }
  }

  async #read(response: Response, address: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!response.ok) throw new PackageError(`${address} answered with status ${response.status}.`);
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const part of response.body ?? []) {
        size += part.length;
        if (size > most) throw new PackageError(`${address} is larger than ${most} bytes.`);
        parts.push(part);
      }
    } catch (error) {
      if (error instanceof PackageError) throw error;
      throw new PackageError(`${address} broke off while it was read.`);
    }
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
