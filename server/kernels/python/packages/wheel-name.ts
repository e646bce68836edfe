/** Names of wheels (PEP 427): `requests-2.32.0-py3-none-any.whl`. */

import { valid } from '@renovatebot/pep440';
import { normalise } from './names.ts';

export interface WheelName {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** Runs on every platform: nothing in it is compiled. */
  readonly isPure: boolean;
}

const PATTERN =
  /^(?<name>[^-]+)-(?<version>[^-]+)(?:-\d[^-]*)?-(?<python>[^-]+)-(?<abi>[^-]+)-(?<platform>[^-]+)\.whl$/;
const PYTHON_TAG = /^(?:py3|py3[0-9]|py31[0-4])$/;

/** Null for what is no wheel. */
export function parseWheelName(filename: string): WheelName | null {
  const { name, version, python, abi, platform } = PATTERN.exec(filename)?.groups ?? {};
  if (!name || !version || !python || !abi || !platform || !valid(version)) return null;
  const isPure = platform.split('.').includes('any') && abi.split('.').includes('none');
  return { name: normalise(name), version, isPure: isPure && python.split('.').some((tag) => PYTHON_TAG.test(tag)) };
}
