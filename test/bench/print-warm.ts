/** `print-warm`: a whole command that evaluates one expression, with the server up. */

import { type Benchmark, ratio } from './benchmark.ts';
import { expectFromNode } from './support/command.ts';
import { interleave, timeEach } from './support/interleave.ts';
import { Product } from './support/product.ts';

const ROUNDS = 100;

export const printWarm: Benchmark = {
  name: 'print-warm',
  description: 'The whole command `spawnpoint-cf -p 1+1`, with the server running, beside `node -p 1+1`.',
  run: () =>
    Product.use(async (product) => {
      const { env } = product;
      const ours = product.command(['-p', '1+1']);
      const series = await interleave({ rounds: ROUNDS, warmUp: 5, unit: 'ms' }, [
        { label: '`spawnpoint-cf -p 1+1`', measure: () => timeEach(1, () => expectFromNode('2\n', ours, { env })) },
        { label: '`node -p 1+1`', measure: () => timeEach(1, () => expectFromNode('2\n', ['-p', '1+1'])) },
      ]);
      return { series, findings: [ratio('spawnpoint-cf / node, p50', series[0], series[1], 3)] };
    }),
};
