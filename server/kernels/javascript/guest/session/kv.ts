/** The global `kv`: the session's key-value store, asynchronous like Deno KV and Workers KV. */

import { bytesOf } from '../core/bytes.ts';
import { hostFailure } from '../core/failures.ts';
import { host } from '../core/host.ts';
import { defineGlobals } from '../core/state.ts';
import { decodeKeyValue, encodeKeyValue, type KeyValueContent } from './kv-value.ts';

function keyOf(key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new TypeError('A kv key is a string that is not empty');
}

/** A failure of the store as an error with a `code`, telling what the limit is. */
function failed(error: unknown): never {
  const { code, message } = hostFailure(error);
  throw Object.assign(new Error(message), { code });
}

const kv = {
  /** The value that was set, or undefined. Strings and bytes come back as such, anything else as JSON would. */
  async get(key: string): Promise<KeyValueContent | undefined> {
    const name = keyOf(key);
    let found: ArrayBuffer | null;
    try {
      found = host.kvGet(name);
    } catch (error) {
      failed(error);
    }
    return found === null ? undefined : decodeKeyValue(new Uint8Array(found));
  },

  /** Stores a string, bytes or anything JSON can say; at most 1 MiB. */
  async set(key: string, value: unknown): Promise<void> {
    const name = keyOf(key);
    const bytes = bytesOf(encodeKeyValue(value));
    try {
      host.kvSet(name, bytes);
    } catch (error) {
      failed(error);
    }
  },

  /** Whether there was something to delete. */
  async delete(key: string): Promise<boolean> {
    const name = keyOf(key);
    try {
      return host.kvDelete(name);
    } catch (error) {
      return failed(error);
    }
  },

  /** The keys that start with `prefix`, sorted. */
  async list(prefix = ''): Promise<string[]> {
    try {
      return JSON.parse(host.kvList(`${prefix}`));
    } catch (error) {
      return failed(error);
    }
  },
};

defineGlobals({ kv });
