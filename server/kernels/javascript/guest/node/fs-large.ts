/**
 * What the asynchronous halves of `fs` do where a file is too large for the synchronous one: its contents come and go as
 * the body of a fetch does. All of it still has to fit into the heap.
 */

import { bytesOf } from '../core/bytes.ts';
import { hostFailure } from '../core/failures.ts';
import { host } from '../core/host.ts';
import { exchange } from '../web/fetch.ts';
import { Buffer } from './buffer.ts';
import { decode } from './encodings.ts';
import { encode, encodingOf } from './fs-data.ts';
import { fsError } from './fs-path.ts';
import { at, type Options, option, type Path, statOf, sync } from './fs-sync.ts';

type Place = ReturnType<typeof at>['place'];

const NOTHING = new ArrayBuffer(0);

/** `large` where `small` fails for the size of a file alone. */
async function orLarge<T>(small: () => T, large: () => Promise<T>): Promise<T> {
  try {
    return small();
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EFBIG') throw error;
  }
  return large();
}

/** The error about `place` for what the host tells. */
const failureAt = (place: Place) => (told: unknown) => {
  try {
    const { code, message } = hostFailure(told);
    return fsError(code, place, message);
  } catch {
    return fsError('EIO', place, String(told));
  }
};

async function answered(place: Place, start: (id: number) => void) {
  const failure = failureAt(place);
  return exchange({ what: 'The file operation', method: 'GET', failure }, (id) => {
    try {
      start(id);
    } catch (thrown) {
      throw failure(thrown);
    }
  });
}

async function write(file: string, place: Place, keep: number, bytes: ArrayBuffer): Promise<void> {
  await answered(place, (id) => host.largeWrite(id, file, keep, bytes));
}

function readFile(path: Path, options?: Options): Promise<Buffer | string> {
  return orLarge(
    () => sync.readFileSync(path, options),
    async () => {
      const { file, place } = at(path, 'open');
      const { body, headers } = await answered(place, (id) => host.largeRead(id, file));
      const bytes = new Buffer(Number(headers.get('content-length')));
      const reader = body?.getReader();
      let filled = 0;
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        const chunk = next.value as Uint8Array;
        bytes.set(chunk, filled);
        filled += chunk.length;
      }
      const encoding = encodingOf(options);
      return encoding === undefined ? bytes : decode(bytes, encoding);
    },
  );
}

function writeFile(path: Path, data: unknown, options?: Options): Promise<void> {
  return orLarge(
    () => sync.writeFileSync(path, data, options),
    () => {
      const { file, place } = at(path, 'open');
      const bytes = bytesOf(encode(data, encodingOf(options)));
      const flag = option<string>(options, 'flag') ?? 'w';
      if (flag.startsWith('r')) throw fsError('EFBIG', place, 'the flag r+ is for files up to 8 MiB');
      const keep = flag.startsWith('a') ? (statOf(file)?.size ?? 0) : 0;
      return write(file, place, keep, bytes);
    },
  );
}

function appendFile(path: Path, data: unknown, options?: Options): Promise<void> {
  return writeFile(path, data, { encoding: encodingOf(options), flag: 'a' });
}

function truncate(path: Path, size = 0): Promise<void> {
  return orLarge(
    () => sync.truncateSync(path, size),
    () => {
      const { file, place } = at(path, 'open');
      const kept = Math.min(size, statOf(file)?.size ?? 0);
      return write(file, place, kept, size > kept ? new ArrayBuffer(size - kept) : NOTHING);
    },
  );
}

/** Instead of the synchronous methods made asynchronous, by name. */
export const large = { appendFile, readFile, truncate, writeFile };
