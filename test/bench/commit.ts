/** `commit`: what it takes to make the variables durable with each input, for a small heap and a large one. */

import { join } from 'node:path';
import { type Benchmark, type Finding, ratio, type Series } from './benchmark.ts';
import { askSocket, openSocket } from './support/asking.ts';
import { interleave, timeEach } from './support/interleave.ts';
import { FILL, OBJECTS } from './support/large-heap.ts';
import { withPlainWorker } from './support/plain-worker.ts';
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
    `stored for it. In a session that holds nothing else, and in one with 20 MB of variables (${OBJECTS.toLocaleString('en')} objects). ` +
    'Beside it the kernel without the rest of a session, in Durable Objects that commit what it did and in others that do not.',
  run: () =>
    Product.use(async (product) => {
      await prepare(product);
      const alone = await withEvaluations(product.home, measureCommits);
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
        series: [...series, ...alone, ...stored],
        findings: [
          added('a commit adds, nothing else', alone[0], alone[1], 1),
          added('a commit adds, 20 MB of variables', alone[2], alone[3], 6),
          ratio('20 MB of variables / nothing else, p50', large, small),
          largestKeyframe('20 MB of variables as they are stored whole', largeHeaps),
        ],
      };
    }),
};

type Evaluate = (object: string, code: string) => Promise<string>;

/** Each in an object of its own. */
function measureCommits(evaluate: Evaluate) {
  const subject = (label: string, object: string, fill: string) => {
    let isPrepared = false;
    const measure = async (): Promise<readonly number[]> => {
      if (!isPrepared) for (const code of [fill, 'let count = 0']) await evaluate(object, code);
      isPrepared = true;
      return timeEach(IN_A_ROW, () => evaluate(object, 'count += 1'));
    };
    return { label, measure };
  };
  return interleave({ rounds: ROUNDS, warmUp: WARM_UP, unit: 'ms' }, [
    subject('nothing else, kernel and commit', 'commit-small', `'nothing'`),
    subject('nothing else, kernel alone', 'small', `'nothing'`),
    subject('20 MB of variables, kernel and commit', 'commit-large', FILL),
    subject('20 MB of variables, kernel alone', 'large', FILL),
  ]);
}

/** Calls `use` with a function that evaluates code in an object; those whose name begins with `commit` commit it. */
function withEvaluations<Result>(directory: string, use: (evaluate: Evaluate) => Promise<Result>): Promise<Result> {
  const objects = { binding: 'EVALUATION', className: 'Evaluation', persist: join(directory, 'evaluation') };
  return withPlainWorker({ script: 'evaluation.ts', name: 'evaluation', objects }, async (url) => {
    const sockets = new Map<string, Awaited<ReturnType<typeof openSocket>>>();
    const evaluate: Evaluate = async (object, code) => {
      const socket = sockets.get(object) ?? (await openSocket(new URL(`/?object=${object}`, url)));
      sockets.set(object, socket);
      return askSocket(socket, code);
    };
    try {
      return await use(evaluate);
    } finally {
      for (const socket of sockets.values()) socket.terminate();
    }
  });
}

/** How much longer the median of `subject` is. */
function added(label: string, subject: Series, other: Series, goal: number): Finding {
  return { label, value: subject.p50 - other.p50, unit: 'ms', goal };
}

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
