/** A package index on the loopback, and wheels made for tests. */

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { strToU8, zipSync } from 'fflate';

export interface WheelPlan {
  readonly name: string;
  readonly version: string;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly tags?: string;
}

export function makeWheel(plan: WheelPlan): { filename: string; bytes: Uint8Array } {
  const { name, version, requires = [], requiresPython, files, tags = 'py3-none-any' } = plan;
  const contents = files ?? { [`${name.replaceAll('-', '_')}/__init__.py`]: `version = '${version}'\n` };
  const escaped = name.replaceAll('-', '_');
  const info = `${escaped}-${version}.dist-info`;
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  if (requiresPython) lines.push(`Requires-Python: ${requiresPython}`);
  lines.push(...requires.map((each) => `Requires-Dist: ${each}`), '', 'Requires-Dist: not-a-header');
  const names = [...Object.keys(contents), `${info}/METADATA`, `${info}/RECORD`];
  const record = names.map((each) => `${each},,\n`).join('');
  const all = { ...contents, [`${info}/METADATA`]: lines.join('\n'), [`${info}/RECORD`]: record };
  const entries = Object.entries(all).map(([path, text]) => [path, typeof text === 'string' ? strToU8(text) : text]);
  return { filename: `${escaped}-${version}-${tags}.whl`, bytes: zipSync(Object.fromEntries(entries)) };
}

/** Serves wheels as PyPI does. Counts what is asked for. */
export class LoopbackIndex {
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #projects = new Map<
    string,
    { filename: string; bytes: Uint8Array; extra: object; metadata: string | null }[]
  >();

  static async start(): Promise<LoopbackIndex> {
    const index = new LoopbackIndex();
    await new Promise<void>((resolve) => index.#server.listen(0, '127.0.0.1', resolve));
    return index;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '');
      this.requests.push(path);
      const body = this.#answer(path);
      if (body === null) response.writeHead(404).end();
      else response.end(body);
    });
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/simple`;
  }

  /** `extra` is added to the file's entry; `withMetadata` serves its METADATA apart. */
  publish(plan: WheelPlan, { extra = {}, withMetadata = true }: { extra?: object; withMetadata?: boolean } = {}): void {
    const { filename, bytes } = makeWheel(plan);
    const metadata = withMetadata ? metadataText(plan) : null;
    this.publishFile(plan.name, filename, bytes, extra, metadata);
  }

  publishFile(
    name: string,
    filename: string,
    bytes: Uint8Array,
    extra: object = {},
    metadata: string | null = null,
  ): void {
    const files = this.#projects.get(name) ?? [];
    this.#projects.set(name, [...files, { filename, bytes, extra, metadata }]);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string): string | Uint8Array | null {
    const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
    if (project !== undefined) return this.#page(project);
    for (const { filename, bytes, metadata } of [...this.#projects.values()].flat()) {
      if (path === `/files/${filename}`) return bytes;
      if (path === `/files/${filename}.metadata`) return metadata;
    }
    return null;
  }

  #page(project: string): string | null {
    const files = this.#projects.get(project)?.map(({ filename, bytes, extra, metadata }) => ({
      filename,
      url: `../../files/${filename}`,
      hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
      'core-metadata': metadata === null ? false : { sha256: 'unused' },
      ...extra,
    }));
    return files ? JSON.stringify({ meta: { 'api-version': '1.1' }, name: project, files }) : null;
  }
}

function metadataText({ name, version, requires = [], requiresPython }: WheelPlan): string {
  const python = requiresPython ? `Requires-Python: ${requiresPython}\n` : '';
  return `Name: ${name}\nVersion: ${version}\n${python}${requires.map((each) => `Requires-Dist: ${each}\n`).join('')}`;
}
