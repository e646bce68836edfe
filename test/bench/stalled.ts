/** `stalled`: what a terminal costs that reads nothing while much is printed. */

import { LIMITS } from '../../protocol/limits.ts';
import type { Benchmark, Series } from './benchmark.ts';
import { MEGABYTE, type MemoryUse, watchMemory } from './support/memory.ts';
import { LINE_BYTES, printLines } from './support/numbered-lines.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { attachStalled } from './support/stalled-terminal.ts';
import { summarize } from './support/statistics.ts';

const LINES = 1_000_000;
/** Until the log and the server's own buffers have the size that they keep. */
const WARM_UP_LINES = 300_000;
const ROUNDS = 2;
/** All that its credit lets the server send to the stalled terminal, and as much again for how memory is allocated. */
const GOAL_MEGABYTES = (2 * LIMITS.credit) / MEGABYTE;

export const stalled: Benchmark = {
  name: 'stalled',
  description:
    `Resident memory of the workerd of the sessions while one input prints ${LINES.toLocaleString('en')} lines of ` +
    `${LINE_BYTES} bytes to a terminal that reads, with and without a second one that has granted credit and reads ` +
    'nothing. Each flood meets a new server that has printed before.',
  async run() {
    const uses: Record<'alone' | 'besideStalled', MemoryUse[]> = { alone: [], besideStalled: [] };
    for (let round = 0; round < ROUNDS; round++) {
      uses.alone.push(await floodMemory(false));
      uses.besideStalled.push(await floodMemory(true));
    }
    const alone = growth('growth without a stalled terminal', uses.alone);
    const beside = growth('growth beside a stalled terminal', uses.besideStalled);
    return {
      series: [before('before', [...uses.alone, ...uses.besideStalled]), alone, beside],
      findings: [
        { label: 'growth for a stalled terminal', value: beside.p50 - alone.p50, unit: 'MB', goal: GOAL_MEGABYTES },
      ],
    };
  },
};

function floodMemory(isStalled: boolean): Promise<MemoryUse> {
  return Product.use(async (product) => {
    const terminal = await SessionTerminal.open(product, 'main', { lossless: true });
    await terminal.evaluate(printLines(WARM_UP_LINES));
    const leave = isStalled ? await attachStalled(product, 'main') : () => undefined;
    try {
      return await watchMemory(
        () => product.workerBytes('main'),
        () => terminal.evaluate(printLines(LINES)),
      );
    } finally {
      leave();
      terminal.close();
    }
  });
}

function before(label: string, uses: readonly MemoryUse[]): Series {
  return { label, unit: 'MB', ...summarize(uses.map((use) => use.before)) };
}

function growth(label: string, uses: readonly MemoryUse[]): Series {
  return { label, unit: 'MB', ...summarize(uses.map((use) => use.peak - use.before)) };
}
