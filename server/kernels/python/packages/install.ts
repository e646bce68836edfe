/** `%pip install`: finds wheels and their dependencies and writes them among the session's files. */

import { satisfies } from '@renovatebot/pep440';
import { FileError, type FileSystem } from '../../../files/file-system.ts';
import { parsePath } from '../../../files/paths.ts';
import { type Candidate, Candidates, candidateOf } from './candidates.ts';
import { PackageIndex } from './index-client.ts';
import { type InstalledPackage, InstalledPackages } from './installed.ts';
import { PackageError } from './package-error.ts';
import { parseRequirement, type Requirement } from './requirement.ts';
import { type Find, resolve } from './resolve.ts';
import { openWheel } from './wheel.ts';
import { parseWheelName } from './wheel-name.ts';

/** What the driver asks for. */
export interface InstallRequest {
  /** Names with versions, or paths of wheels. */
  readonly requirements: readonly string[];
  /** Take the newest versions, also of what is installed. */
  readonly upgrade: boolean;
  /** What relative paths are relative to, absolute. */
  readonly directory: string;
}

export type InstallResult =
  /** `name version` of each package that was written, and of each that was wanted and there already. */
  { readonly installed: readonly string[]; readonly present: readonly string[] } | { readonly error: string };

export interface InstallServices {
  /** Address of the index, as pip takes it. */
  readonly index: string;
  /** The way to the index and to the files it names; its redirects are followed. */
  fetch(request: Request): Promise<Response>;
  readonly files: FileSystem;
  /** Names of the wheels whose compiled parts the server has. */
  readonly compiled: readonly string[];
}

/** Never throws for what a user or an index may do wrong: that is an `error` of the result. */
export async function installPackages(request: InstallRequest, services: InstallServices): Promise<InstallResult> {
  try {
    return await new Installation(request, services).run();
  } catch (error) {
    if (error instanceof PackageError || error instanceof FileError) return { error: error.message };
    throw error;
  }
}

class Installation {
  readonly #request: InstallRequest;
  readonly #files: FileSystem;
  readonly #installed: InstalledPackages;
  readonly #candidates: Candidates;
  readonly #compiled: readonly string[];
  /** Wheels that were given as files. */
  readonly #given = new Map<string, Candidate>();

  constructor(request: InstallRequest, { index, fetch, files, compiled }: InstallServices) {
    this.#compiled = compiled;
    this.#request = request;
    this.#files = files;
    this.#installed = new InstalledPackages(files);
    this.#candidates = new Candidates(new PackageIndex(index, fetch), compiled);
  }

  async run(): Promise<InstallResult> {
    const wanted = this.#request.requirements.map((text) => this.#requirement(text));
    const before = new Map(this.#installed.list().map((each) => [each.name, each]));
    const names = new Set(wanted.map(({ name }) => name));
    const chosen = await resolve(wanted, this.#finder(before, names));
    const fresh = [...chosen.values()].filter(({ name, version }) => this.#isNew(name, version, before));
    // All of it is at hand before anything is written.
    const wheels = await Promise.all(fresh.map(async (each) => ({ ...each, wheel: await each.wheel() })));
    for (const { name, wheel } of wheels) this.#installed.put(name, wheel);
    const title = ({ name, version }: { name: string; version: string }) => `${name} ${version}`;
    const present = [...chosen.values()].filter(
      ({ name }) => names.has(name) && !fresh.some((each) => each.name === name),
    );
    return { installed: wheels.map(title).sort(), present: present.map(title).sort() };
  }

  #isNew(name: string, version: string, before: ReadonlyMap<string, InstalledPackage>): boolean {
    return this.#given.has(name) || before.get(name)?.version !== version;
  }

  /** What is installed stays where it fits, unless it is to be upgraded. */
  #finder(before: ReadonlyMap<string, InstalledPackage>, names: ReadonlySet<string>): Find {
    return async (requirement) => {
      const { name, specifier } = requirement;
      const given = this.#given.get(name);
      if (given) return fits(given.version, specifier) ? [given] : [];
      const installed = before.get(name);
      const stays = installed && fits(installed.version, specifier) && !(this.#request.upgrade && names.has(name));
      return stays ? [this.#presentCandidate(installed)] : this.#candidates.find(requirement);
    };
  }

  #presentCandidate(installed: InstalledPackage): Candidate {
    const { name, version } = installed;
    const metadata = this.#installed.metadata(installed);
    return candidateOf(name, version, { metadata, files: new Map() });
  }

  #requirement(text: string): Requirement {
    if (text.includes('://') && !text.includes('@')) return parseRequirement(`${text.split('/').at(-1)} @ ${text}`);
    if (!text.endsWith('.whl') || text.includes('@')) return parseRequirement(text);
    const path = parsePath(text.startsWith('/') ? text : `${this.#request.directory}/${text}`);
    const filename = path.slice(path.lastIndexOf('/') + 1);
    const named = parseWheelName(filename);
    if (!named) throw new PackageError(`${filename} is not named as wheels are: NAME-VERSION-py3-none-any.whl.`);
    if (!named.isPure && !this.#compiled.includes(filename)) {
      throw new PackageError(
        `${filename} contains compiled code. Only pure-Python packages can be installed into a session, and those that the server was deployed with.`,
      );
    }
    const wheel = openWheel(filename, this.#files.read(path));
    this.#given.set(named.name, candidateOf(named.name, named.version, wheel));
    return { name: named.name, extras: [], specifier: `==${named.version}`, marker: null };
  }
}

function fits(version: string, specifier: string): boolean {
  return specifier === '' || satisfies(version, specifier, { prereleases: true });
}
