/** `commit`: what it takes to make the variables durable with each input, for a small heap and a large one. */

import { type Benchmark, type Finding, ratio, type Series } from './benchmark.ts';
import { interleave, timeEach } from './support/interleave.ts';
import { FILL, OBJECTS } from './support/large-heap.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';
import { readStoredHeaps, type StoredHeap } from './support/stored-heaps.ts';

const ROUNDS = 20;
const WARM_UP = 5;
const IN_A_ROW = 40;

const SMALL = 'small';
const LARGE = 'large';

export const commit: Benchmark = {
  name: 'commit',
  description:
    'An input that changes one variable, with its commit: the time until it is durable, and the bytes of heap that are ' +
    `stored for it. In a session that holds nothing else, and in one with 20 MB of variables (${OBJECTS.toLocaleString('en')} objects).`,
  run: () =>
    Product.use(async (product) => {
      await prepare(product);
      const series = await interleave({ rounds: ROUNDS, warmUp: WARM_UP, unit: 'ms' }, [
        { label: 'nothing else', measure: () => changeVariable(product, SMALL) },
        { label: '20 MB of variables', measure: () => changeVariable(product, LARGE) },
      ]);
      const [small, large] = series;
      const [smallHeaps = [], largeHeaps = []] = await readStoredHeaps(product, [SMALL, LARGE]);
      const stored = [
        storedPerInput('stored for an input, nothing else', smallHeaps),
        storedPerInput('stored for an input, 20 MB of variables', largeHeaps),
      ];
      return {
        series: [...series, ...stored],
        findings: [
          ratio('20 MB of variables / nothing else, p50', large, small),
          largestKeyframe('20 MB of variables as they are stored whole', largeHeaps),
        ],
      };
    }),
};

async function prepare(product: Product): Promise<void> {
  for (const [session, code] of [
    [SMALL, `'nothing'`],
    [LARGE, FILL],
  ] as const) {
    const terminal = await SessionTerminal.open(product, session);
    await terminal.evaluate(code);
    await terminal.evaluate('let count = 0');
    terminal.close();
  }
}

async function changeVariable(product: Product, session: string): Promise<readonly number[]> {
  const terminal = await SessionTerminal.open(product, session);
  try {
    return await timeEach(IN_A_ROW, () => terminal.evaluate('count += 1'));
  } finally {
    terminal.close();
  }
}

function storedPerInput(label: string, heaps: readonly StoredHeap[]): Series {
  const deltas = heaps.filter(({ isKeyframe }) => !isKeyframe).map(({ bytes }) => bytes / 1e3);
  return { label, unit: 'KB', ...summarize(deltas) };
}

function largestKeyframe(label: string, heaps: readonly StoredHeap[]): Finding {
  return { label, value: Math.max(...heaps.map(({ bytes }) => bytes)) / 1e6, unit: 'MB', goal: null };
}
