/** `python-wake`: Python from nothing, from the store, and from input to input. */

import { type Benchmark, ratio } from './benchmark.ts';
import { outputOfNode } from './support/command.ts';
import { interleave, time, timeEach } from './support/interleave.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';
import { readStoredHeaps } from './support/stored-heaps.ts';

const ROUNDS = 8;
const WARM_UP = 1;
const INPUTS = 40;
const SOURCE = 'source';
const BOOT_GOAL_MILLISECONDS = 500;
const WAKE_GOAL_MILLISECONDS = 800;
const COMMIT_GOAL_MILLISECONDS = 40;
const COMMIT_GOAL_KILOBYTES = 250;

/** Plain Pyodide's time to its first result, as it measures it. */
const PYODIDE = `
  const { loadPyodide } = await import('pyodide');
  const begin = performance.now();
  const python = await loadPyodide();
  python.runPython('1+1');
  console.log(performance.now() - begin);`;

export const pythonWake: Benchmark = {
  name: 'python-wake',
  description:
    'Python in a session: from sending `1+1` to its result, in a new session and in a fork whose variables come from the ' +
    'store, beside loading Pyodide in node; and `y = 1` with its commit.',
  run: () =>
    Product.use(async (product) => {
      const source = await open(product, SOURCE);
      await source.evaluate('kept = [n for n in range(10_000)]');
      let sessions = 0;
      const series = await interleave({ rounds: ROUNDS, warmUp: WARM_UP, unit: 'ms' }, [
        { label: 'a new session', measure: () => firstResult(product, `new-${++sessions}`) },
        {
          label: 'a session with variables, from the store',
          async measure() {
            const fork = `fork-${++sessions}`;
            await product.post(`/v1/sessions/${SOURCE}/fork`, { to: fork });
            return firstResult(product, fork);
          },
        },
        { label: 'Pyodide in node', measure: async () => [Number(await outputOfNode(['-e', PYODIDE]))] },
      ]);
      const [boot, wake, pyodide] = series;
      const commits = {
        label: 'y = 1',
        unit: 'ms' as const,
        ...summarize(await timeEach(INPUTS, () => source.evaluate('y = 1'))),
      };
      source.close();
      const [heaps = []] = await readStoredHeaps(product, [SOURCE]);
      const bytes = heaps
        .filter(({ isKeyframe }) => !isKeyframe)
        .slice(-INPUTS)
        .map((heap) => heap.bytes / 1e3);
      const stored = { label: 'y = 1, stored', unit: 'KB' as const, ...summarize(bytes) };
      return {
        series: [...series, commits, stored],
        findings: [
          { label: 'a new session, p50', value: boot.p50, unit: 'ms', goal: BOOT_GOAL_MILLISECONDS },
          { label: 'from the store, p50', value: wake.p50, unit: 'ms', goal: WAKE_GOAL_MILLISECONDS },
          ratio('a new session / Pyodide in node', boot, pyodide),
          { label: 'y = 1, p50', value: commits.p50, unit: 'ms', goal: COMMIT_GOAL_MILLISECONDS },
          { label: 'y = 1, stored, p50', value: stored.p50, unit: 'KB', goal: COMMIT_GOAL_KILOBYTES },
        ],
      };
    }),
};

function open(product: Product, session: string): Promise<SessionTerminal> {
  return SessionTerminal.open(product, session, { language: 'py' });
}

async function firstResult(product: Product, session: string): Promise<readonly number[]> {
  const terminal = await open(product, session);
  try {
    return [await time(() => terminal.expect('1+1', '2'))];
  } finally {
    terminal.close();
  }
}
