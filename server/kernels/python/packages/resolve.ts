/** Finds one version of each package such that all requirements hold: depth first, the newest versions first. */

import { satisfies } from '@renovatebot/pep440';
import type { Candidate } from './candidates.ts';
import { environment } from './environment.ts';
import * as limits from './limits.ts';
import { holds } from './marker.ts';
import { allowsPython, dependenciesOf } from './metadata.ts';
import { PackageError } from './package-error.ts';
import { checkUsable, type Requirement } from './requirement.ts';

interface Choice {
  readonly candidate: Candidate;
  readonly extras: ReadonlySet<string>;
}

type Chosen = ReadonlyMap<string, Choice>;

/** Answers the versions that satisfy a requirement, the newest first; throws `PackageError` if there are none. */
export type Find = (requirement: Requirement) => Promise<readonly Candidate[]>;

/** The packages to have for `wanted`, by name. Throws `PackageError` if no choice fits. */
export async function resolve(wanted: readonly Requirement[], find: Find): Promise<Map<string, Candidate>> {
  const roots = wanted.filter(({ marker }) => marker === null || holds(marker, { ...environment, extra: '' }));
  const failures: string[] = [];
  const chosen = await solve(roots, new Map(), find, failures);
  if (!chosen) throw new PackageError(failures[0] ?? 'No set of versions fits.');
  return new Map([...chosen].map(([name, { candidate }]) => [name, candidate]));
}

/** Null if nothing fits; why is added to `failures`, the first of which is the nearest to what the user asked for. */
async function solve(
  open: readonly Requirement[],
  chosen: Chosen,
  find: Find,
  failures: string[],
): Promise<Chosen | null> {
  const [requirement, ...rest] = open;
  if (!requirement) return chosen;
  checkUsable(requirement);
  const { name, specifier, extras } = requirement;
  const known = chosen.get(name);
  if (known) {
    if (!fits(known.candidate.version, specifier)) {
      failures.push(
        `${name} ${known.candidate.version} does not go with ${name}${specifier}, which is wanted as well.`,
      );
      return null;
    }
    const added = extras.filter((extra) => !known.extras.has(extra));
    if (added.length === 0) return solve(rest, chosen, find, failures);
    return choose(known.candidate, [...known.extras, ...added], rest, chosen, find, failures);
  }
  if (chosen.size >= limits.maxPackages)
    throw new PackageError(`More than ${limits.maxPackages} packages would be installed.`);
  for (const candidate of await found(requirement, find, failures)) {
    const solution = await choose(candidate, extras, rest, chosen, find, failures);
    if (solution) return solution;
  }
  return null;
}

async function choose(
  candidate: Candidate,
  extras: readonly string[],
  rest: readonly Requirement[],
  chosen: Chosen,
  find: Find,
  failures: string[],
): Promise<Chosen | null> {
  const metadata = await candidate.metadata();
  if (!allowsPython(metadata.requiresPython)) {
    failures.push(`${candidate.name} ${candidate.version} needs Python ${metadata.requiresPython}.`);
    return null;
  }
  const more = new Map(chosen).set(candidate.name, { candidate, extras: new Set(extras) });
  return solve([...rest, ...dependenciesOf(metadata, extras)], more, find, failures);
}

async function found(requirement: Requirement, find: Find, failures: string[]): Promise<readonly Candidate[]> {
  try {
    return await find(requirement);
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    failures.push(error.message);
    return [];
  }
}

function fits(version: string, specifier: string): boolean {
  return specifier === '' || satisfies(version, specifier, { prereleases: true });
}
