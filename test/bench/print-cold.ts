/** `print-cold`: a whole command that has to start the server first. */

import { type Benchmark, ratio } from './benchmark.ts';
import { expectFromNode } from './support/command.ts';
import { interleave, time, timeEach } from './support/interleave.ts';
import { Product } from './support/product.ts';

const ROUNDS = 20;
const GOAL_MILLISECONDS = 1000;

export const printCold: Benchmark = {
  name: 'print-cold',
  description:
    'The whole command `spawnpoint-cf -p …` while no server runs, beside `node -p 1+1`: for a user without any data, ' +
    'and in a session whose variables come back.',
  run: () =>
    Product.use(async (product) => {
      const { env } = product;
      await expectFromNode('', product.command(['-e', 'const kept = 40']), { env });
      const series = await interleave({ rounds: ROUNDS, warmUp: 1, unit: 'ms' }, [
        { label: '`spawnpoint-cf -p 1+1`, first call ever', measure: firstCall },
        {
          label: '`spawnpoint-cf -p kept+2`, server not running',
          async measure() {
            await product.stop();
            return timeEach(1, () => expectFromNode('42\n', product.command(['-p', 'kept+2']), { env }));
          },
        },
        { label: '`node -p 1+1`', measure: () => timeEach(1, () => expectFromNode('2\n', ['-p', '1+1'])) },
      ]);
      const [first, again, node] = series;
      return {
        series,
        findings: [
          { label: 'first call ever, p50', value: first.p50, unit: 'ms', goal: GOAL_MILLISECONDS },
          { label: 'server not running, p50', value: again.p50, unit: 'ms', goal: GOAL_MILLISECONDS },
          ratio('first call ever / node, p50', first, node),
        ],
      };
    }),
};

function firstCall(): Promise<readonly number[]> {
  return Product.use(async (product) => {
    const command = product.command(['-p', '1+1']);
    return [await time(() => expectFromNode('2\n', command, { env: product.env }))];
  });
}
