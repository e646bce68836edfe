/** `wake`: a session that nobody had in memory, from its first key press to the result. */

import type { Benchmark } from './benchmark.ts';
import { interleave } from './support/interleave.ts';
import { FILL, OBJECTS } from './support/large-heap.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';

const ROUNDS = 10;
const WARM_UP = 1;
const SMALL_GOAL_MILLISECONDS = 15;
const LARGE_GOAL_MILLISECONDS = 60;

const SESSIONS = [
  { label: 'nothing else', code: 'let kept = 1', goal: SMALL_GOAL_MILLISECONDS },
  { label: '20 MB of variables', code: FILL, goal: LARGE_GOAL_MILLISECONDS },
] as const;

export const wake: Benchmark = {
  name: 'wake',
  description:
    'From sending `1+1` to its result, in a session whose kernel is not in memory: the variables come from the store. ' +
    `Of a session that holds nothing else, and of one with 20 MB of variables (${OBJECTS.toLocaleString('en')} objects). ` +
    'Each time it is a new fork, to which a terminal is attached already.',
  run: () =>
    Product.use(async (product) => {
      for (const { label, code } of SESSIONS) {
        const terminal = await SessionTerminal.open(product, nameOf(label));
        await terminal.evaluate(code);
        terminal.close();
      }
      let forks = 0;
      const series = await interleave(
        { rounds: ROUNDS, warmUp: WARM_UP, unit: 'ms' },
        SESSIONS.map(({ label }) => ({ label, measure: () => wakeUp(product, nameOf(label), `fork-${++forks}`) })),
      );
      return {
        series,
        findings: SESSIONS.map(({ label, goal }, index) => ({
          label: `${label}, p50`,
          value: series[index]?.p50 ?? Number.NaN,
          unit: 'ms' as const,
          goal,
        })),
      };
    }),
};

function nameOf(label: string): string {
  return label.replace(/\W/g, '-');
}

async function wakeUp(product: Product, source: string, fork: string): Promise<readonly number[]> {
  await product.post(`/v1/sessions/${source}/fork`, { to: fork });
  const terminal = await SessionTerminal.open(product, fork);
  try {
    const begin = performance.now();
    await terminal.expect('1+1', '2');
    return [performance.now() - begin];
  } finally {
    terminal.close();
  }
}
