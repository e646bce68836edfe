/** The contents of a wheel, taken apart without trusting it. */

import { unzipSync } from 'fflate';
import { parsePath } from '../../../files/paths.ts';
import * as limits from './limits.ts';
import { type Metadata, parseMetadata } from './metadata.ts';
import { PackageError } from './package-error.ts';

export interface Wheel {
  readonly metadata: Metadata;
  /** Files by path below the directory of packages. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const LIBRARIES = /^[^/]+\.data\/(?:purelib|platlib)\//;
/** Scripts, headers and the like have no place here. */
const OTHER_DATA = /^[^/]+\.data\//;

/** Throws `PackageError` for what is no wheel, too large, or would leave the directory of packages. */
export function openWheel(filename: string, bytes: Uint8Array): Wheel {
  const files = new Map<string, Uint8Array>();
  for (const [name, contents] of Object.entries(unzip(filename, bytes))) {
    const path = name.replace(LIBRARIES, '');
    if (path.endsWith('/') || OTHER_DATA.test(path)) continue;
    if (!isInside(path)) throw new PackageError(`${filename} holds “${path}”, which no package may contain.`);
    files.set(path, contents);
  }
  const metadataPath = [...files.keys()].find((path) => /^[^/]+\.dist-info\/METADATA$/.test(path));
  const metadata = metadataPath && files.get(metadataPath);
  if (!metadata) throw new PackageError(`${filename} is not a wheel: it has no METADATA.`);
  return { metadata: parseMetadata(new TextDecoder().decode(metadata)), files };
}

function unzip(filename: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let [size, count] = [0, 0];
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        [size, count] = [size + originalSize, count + 1];
        if (size > limits.maxUnpackedBytes || count > limits.maxFilesOfWheel) {
          const most = `${limits.maxUnpackedBytes} bytes or ${limits.maxFilesOfWheel} files`;
          throw new PackageError(`${filename} unpacks to more than ${most}.`);
        }
        return true;
      },
    });
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError(`${filename} is not a wheel: it cannot be unpacked.`);
  }
}

function isInside(path: string): boolean {
  try {
    return path !== '' && parsePath(path) === path;
  } catch {
    return false;
  }
}
