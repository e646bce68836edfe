/** `sessions`: what many sessions take in one server, right after they were used and once they sleep. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark } from './benchmark.ts';
import { MEGABYTE } from './support/memory.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';

const SESSIONS = 200;
/** An object that had nothing to do for 10 s is dropped when the platform next looks, which it does every 10 s. */
const ASLEEP_MILLISECONDS = 25_000;

export const sessions: Benchmark = {
  name: 'sessions',
  description:
    `${SESSIONS} sessions in one server, a terminal attached to each, that have evaluated \`1+1\`: resident memory of ` +
    'their workerd for each, right after that, and once they sleep with their sockets open. An isolate keeps at most ' +
    '90 MB of kernels. Then each is asked for its variable again.',
  run: () =>
    Product.use(async (product) => {
      const terminals = [await open(product, 0)];
      const alone = product.workerBytes('main');
      const perSession = (): number => (product.workerBytes('main') - alone) / (SESSIONS - 1) / MEGABYTE;
      try {
        for (let index = 1; index < SESSIONS; index++) terminals.push(await open(product, index));
        const used = perSession();
        await delay(ASLEEP_MILLISECONDS);
        const asleep = perSession();
        for (const [index, terminal] of terminals.entries()) await terminal.expect('own', String(index));
        const series = (label: string, value: number) => ({ label, unit: 'MB' as const, ...summarize([value]) });
        return { series: [series('each, just used', used), series('each, asleep', asleep)], findings: [] };
      } finally {
        for (const terminal of terminals) terminal.close();
      }
    }),
};

async function open(product: Product, index: number): Promise<SessionTerminal> {
  const terminal = await SessionTerminal.open(product, `session-${index}`);
  await terminal.expect(`let own = ${index}; 1+1`, '2');
  return terminal;
}
