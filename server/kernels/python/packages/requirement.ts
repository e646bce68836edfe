/** Requirements as users and packages write them (PEP 508): `name[extra]>=1,<2; python_version < "4"`. */

import { validRange } from '@renovatebot/pep440';
import { type Marker, parseMarker } from './marker.ts';
import { normalise } from './names.ts';
import { PackageError } from './package-error.ts';

export interface Requirement {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly extras: readonly string[];
  /** Version specifiers, separated by commas, or an address behind `@`; '' allows every version. */
  readonly specifier: string;
  readonly marker: Marker | null;
}

const PATTERN =
  /^\s*(?<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?<extras>[^\]]*)\])?\s*(?<rest>[^;]*)(?:;(?<marker>.*))?$/s;

/** Throws `PackageError` for what is no requirement at all; see `checkUsable`. */
export function parseRequirement(text: string): Requirement {
  const { name, extras = '', rest = '', marker } = PATTERN.exec(text)?.groups ?? {};
  if (name === undefined) throw new PackageError(`“${text}” is not the name of a package.`);
  return {
    name: normalise(name),
    extras: extras
      .split(',')
      .map(normalise)
      .filter((extra) => extra !== ''),
    specifier: rest.trim().replace(/^\((.*)\)$/s, '$1'),
    marker: marker === undefined || marker.trim() === '' ? null : parseMarker(marker),
  };
}

/** Throws `PackageError` for a requirement that nothing can satisfy here. Many are written down that never count. */
export function checkUsable({ name, specifier }: Requirement): void {
  if (specifier.startsWith('@')) {
    throw new PackageError(
      `${name} is wanted from an address: put its wheel among the files and install it from there.`,
    );
  }
  if (!validRange(specifier)) throw new PackageError(`“${specifier}” does not say which versions of ${name}.`);
}
