/** Which versions of a package there are to choose from. */

import { filter, rcompare, satisfies } from '@renovatebot/pep440';
import type { IndexFile, PackageIndex } from './index-client.ts';
import * as limits from './limits.ts';
import { allowsPython, type Metadata, parseMetadata } from './metadata.ts';
import { PackageError } from './package-error.ts';
import type { Requirement } from './requirement.ts';
import { openWheel, type Wheel } from './wheel.ts';
import { parseWheelName } from './wheel-name.ts';

/** One version of a package that can be installed. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  metadata(): Promise<Metadata>;
  wheel(): Promise<Wheel>;
}

/** A wheel that is at hand already. */
export function candidateOf(name: string, version: string, wheel: Wheel): Candidate {
  return { name, version, metadata: async () => wheel.metadata, wheel: async () => wheel };
}

/** The versions in an index, each project and each wheel asked for once. */
export class Candidates {
  readonly #index: PackageIndex;
  readonly #compiled: readonly string[];
  readonly #projects = new Map<string, Promise<IndexFile[]>>();
  readonly #versions = new Map<string, Candidate>();
  #tried = 0;

  /** `compiled` names the wheels whose compiled parts the server has. */
  constructor(index: PackageIndex, compiled: readonly string[]) {
    this.#index = index;
    this.#compiled = compiled;
  }

  /** What satisfies a requirement, the newest first. Throws `PackageError` that says why if nothing does. */
  async find({ name, specifier }: Requirement): Promise<Candidate[]> {
    const files = await this.#files(name);
    const usable = new Map<string, IndexFile>();
    for (const file of files) {
      const wheel = parseWheelName(file.filename);
      const isUsable = wheel?.isPure || this.#compiled.includes(file.filename);
      if (wheel && isUsable && !file.isYanked && allowsPython(file.requiresPython)) usable.set(wheel.version, file);
    }
    // As pip: versions before a release only where there is nothing else, or where the specifier names one.
    const versions = filter([...usable.keys()], specifier).sort(rcompare);
    if (versions.length === 0) throw new PackageError(whyNot(name, specifier, files));
    return versions.flatMap((version) => {
      const file = usable.get(version);
      return file ? [this.#candidate(name, version, file)] : [];
    });
  }

  async #files(name: string): Promise<IndexFile[]> {
    const known = this.#projects.get(name);
    if (known) return known;
    const asked = this.#index.files(name).then((files) => {
      if (files === null) throw new PackageError(`The package index has no package ${name}.`);
      return files;
    });
    this.#projects.set(name, asked);
    return asked;
  }

  #candidate(name: string, version: string, file: IndexFile): Candidate {
    const key = `${name} ${version}`;
    const known = this.#versions.get(key);
    if (known) return known;
    let wheel: Promise<Wheel> | undefined;
    let metadata: Promise<Metadata> | undefined;
    const open = () => {
      wheel ??= this.#index.download(file).then((bytes) => openWheel(file.filename, bytes));
      return wheel;
    };
    const read = () => {
      this.#tried += 1;
      if (this.#tried > limits.maxVersionsTried) {
        throw new PackageError(
          `After ${limits.maxVersionsTried} versions no set of packages was found that fits. Pin some.`,
        );
      }
      return file.hasMetadata
        ? this.#index.metadata(file).then(parseMetadata)
        : open().then(({ metadata }) => metadata);
    };
    const candidate: Candidate = {
      name,
      version,
      wheel: open,
      metadata: () => {
        metadata ??= read();
        return metadata;
      },
    };
    this.#versions.set(key, candidate);
    return candidate;
  }
}

function whyNot(name: string, specifier: string, files: readonly IndexFile[]): string {
  const wheels = files.map(({ filename }) => parseWheelName(filename)).filter((wheel) => wheel !== null);
  const fitting = wheels.filter(
    ({ version }) => specifier === '' || satisfies(version, specifier, { prereleases: true }),
  );
  const wanted = `${name}${specifier}`;
  if (files.length === 0) return `The package index has no files of ${name}.`;
  if (wheels.length === 0) return `${name} is published as source only: there is no wheel of it to install.`;
  if (fitting.length === 0) {
    const newest = [...new Set(wheels.map(({ version }) => version))].sort(rcompare)[0];
    return `No version of ${name} satisfies ${specifier}; the newest is ${newest}.`;
  }
  if (!fitting.some(({ isPure }) => isPure)) {
    return `${wanted} contains compiled code, and its wheels are for other platforms. Only pure-Python packages can be installed into a session, and those that the server was deployed with.`;
  }
  return `No version of ${wanted} is for this Python.`;
}
