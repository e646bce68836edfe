/** `programs`: a short script from the pipe to its end. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, ratio } from './benchmark.ts';
import { expectFromNode } from './support/command.ts';
import { interleave, timeEach } from './support/interleave.ts';
import { Product } from './support/product.ts';

const ROUNDS = 50;
const TYPESCRIPT = 'const n: number = 6\nconsole.log(n * 7)\n';
const JAVASCRIPT = 'const n = 6\nconsole.log(n * 7)\n';

const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));

export const programs: Benchmark = {
  name: 'programs',
  description:
    'A TypeScript hello through the pipe, the whole command with the server running, beside `node -e` with the same in ' +
    'JavaScript and `tsx` with the TypeScript.',
  run: () =>
    Product.use(async (product) => {
      const { env } = product;
      const file = join(product.home, 'hello.ts');
      await writeFile(file, TYPESCRIPT);
      const piped = { env, stdin: TYPESCRIPT };
      const series = await interleave({ rounds: ROUNDS, warmUp: 3, unit: 'ms' }, [
        {
          label: '`spawnpoint-cf < hello.ts`',
          measure: () => timeEach(1, () => expectFromNode('42\n', product.command([]), piped)),
        },
        { label: '`node -e`', measure: () => timeEach(1, () => expectFromNode('42\n', ['-e', JAVASCRIPT])) },
        { label: '`tsx hello.ts`', measure: () => timeEach(1, () => expectFromNode('42\n', [tsx, file])) },
      ]);
      const [ours, node, typescript] = series;
      return {
        series,
        findings: [
          ratio('spawnpoint-cf / node, p50', ours, node, 2.5),
          ratio('spawnpoint-cf / tsx, p50', ours, typescript),
        ],
      };
    }),
};
