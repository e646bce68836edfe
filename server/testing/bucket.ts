/** For tests in workerd: the bucket that all sessions of a process share. */

import { env } from 'cloudflare:test';

/** What it resolves with tells how many objects there are that were not there before. */
export async function countNewObjects(): Promise<() => Promise<number>> {
  const keys = async () => (await env.FILES.list()).objects.map(({ key }) => key);
  const before = new Set(await keys());
  return async () => (await keys()).filter((key) => !before.has(key)).length;
}
