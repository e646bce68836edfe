/** `memory`: what the embedded server and its sessions take while nobody does anything. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark } from './benchmark.ts';
import { MEGABYTE } from './support/memory.ts';
import { NodeRepl } from './support/node-repl.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';

const ROUNDS = 3;
const EXTRA_SESSIONS = 20;
/** The runner is warmed two seconds after the start; from then on nothing more happens by itself. */
const SETTLE_MILLISECONDS = 5_000;

/** One measurement of each, in MB. */
interface Sizes {
  readonly daemon: number;
  readonly sessions: number;
  readonly runner: number;
  readonly total: number;
  readonly extraSession: number;
  readonly nodeRepl: number;
}

export const memory: Benchmark = {
  name: 'memory',
  description:
    'Resident memory of the three processes of the embedded server with one idle session that a terminal is attached ' +
    `to, and what each of ${EXTRA_SESSIONS} more adds that has evaluated \`1+1\`. Beside it, an idle \`node -i\`.`,
  async run() {
    const sizes: Sizes[] = [];
    for (let round = 0; round < ROUNDS; round++) sizes.push(await measure());
    const series = (label: string, key: keyof Sizes) => ({
      label,
      unit: 'MB' as const,
      ...summarize(sizes.map((each) => each[key])),
    });
    return {
      series: [
        series('daemon', 'daemon'),
        series('workerd of the sessions', 'sessions'),
        series('workerd of the programs', 'runner'),
        series('all three', 'total'),
        series('each further session', 'extraSession'),
        series('`node -i`', 'nodeRepl'),
      ],
      findings: [],
    };
  },
};

function measure(): Promise<Sizes> {
  return Product.use(async (product) => {
    const terminals = [await openSession(product, 'main')];
    const repl = await NodeRepl.start();
    try {
      await repl.expect('1+1', '2');
      await delay(SETTLE_MILLISECONDS);
      const daemon = product.daemonBytes / MEGABYTE;
      const sessions = product.workerBytes('main') / MEGABYTE;
      const runner = product.workerBytes('runner') / MEGABYTE;
      const nodeRepl = repl.residentBytes / MEGABYTE;
      for (let index = 0; index < EXTRA_SESSIONS; index++) terminals.push(await openSession(product, `extra-${index}`));
      const extraSession = (product.workerBytes('main') / MEGABYTE - sessions) / EXTRA_SESSIONS;
      return { daemon, sessions, runner, total: daemon + sessions + runner, extraSession, nodeRepl };
    } finally {
      for (const terminal of terminals) terminal.close();
      repl.kill();
    }
  });
}

async function openSession(product: Product, session: string): Promise<SessionTerminal> {
  const terminal = await SessionTerminal.open(product, session);
  await terminal.expect('1+1', '2');
  return terminal;
}
