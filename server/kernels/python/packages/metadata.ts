/** What a package says of itself: the headers of its METADATA file. */

import { satisfies } from '@renovatebot/pep440';
import { environment, pythonVersion } from './environment.ts';
import { holds } from './marker.ts';
import { parseRequirement, type Requirement } from './requirement.ts';

export interface Metadata {
  /** As the package spells it. */
  readonly name: string;
  readonly version: string;
  readonly requiresPython: string;
  readonly requirements: readonly Requirement[];
}

export function parseMetadata(text: string): Metadata {
  const headers = text.replace(/\r\n/g, '\n').split('\n\n', 1)[0] ?? '';
  const values = (name: string) =>
    headers.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return line.slice(0, colon).toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
    });
  return {
    name: values('name')[0] ?? '',
    version: values('version')[0] ?? '',
    requiresPython: values('requires-python')[0] ?? '',
    requirements: values('requires-dist').map(parseRequirement),
  };
}

/** What a package needs here when these extras of it are wanted. */
export function dependenciesOf({ requirements }: Metadata, extras: readonly string[]): Requirement[] {
  return requirements.filter(({ marker }) => {
    if (marker === null) return true;
    return ['', ...extras].some((extra) => holds(marker, { ...environment, extra }));
  });
}

/** Whether a `Requires-Python` allows this interpreter. One that cannot be read allows it. */
export function allowsPython(requiresPython: string): boolean {
  return requiresPython.trim() === '' || satisfies(pythonVersion, requiresPython, { prereleases: true });
}
