/** `program-lines`: a million lines through a pipe. */

import { createHash } from 'node:crypto';
import { type Benchmark, type Finding, ratio } from './benchmark.ts';
import { outputOfNode } from './support/command.ts';
import { interleave, time } from './support/interleave.ts';
import { Product } from './support/product.ts';

const LINES = 1_000_000;
const ROUNDS = 5;
const CODE = `for (let i = 0; i < ${LINES}; i++) console.log('line ' + i)`;

export const programLines: Benchmark = {
  name: 'program-lines',
  description:
    'A program that prints a million lines without ever waiting, the whole command with the server running, into a ' +
    'pipe that is read to its end; complete and in order. Beside it `node -e` with the same.',
  run: () =>
    Product.use(async (product) => {
      const expected = digest(Array.from({ length: LINES }, (_, i) => `line ${i}\n`).join(''));
      const { env } = product;
      const rate = async (args: readonly string[], stdin?: string): Promise<number[]> => {
        let printed = '';
        const milliseconds = await time(async () => {
          printed = await outputOfNode(args, stdin === undefined ? {} : { env, stdin });
        });
        if (digest(printed) !== expected) throw new Error('Lines are missing, doubled or out of order.');
        return [(LINES / milliseconds) * 1000];
      };
      await rate(product.command([]), CODE);
      const before = product.workerBytes('main');
      const series = await interleave({ rounds: ROUNDS, warmUp: 0, unit: 'lines/s' }, [
        { label: '`spawnpoint-cf`', measure: () => rate(product.command([]), CODE) },
        { label: '`node -e`', measure: () => rate(['-e', CODE]) },
      ]);
      const growth: Finding = {
        label: `memory of the sessions' workerd, more after ${ROUNDS} runs`,
        value: (product.workerBytes('main') - before) / 1e6,
        unit: 'MB',
        goal: 64,
      };
      return { series, findings: [ratio('spawnpoint-cf / `node -e`', series[0], series[1]), growth] };
    }),
};

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
