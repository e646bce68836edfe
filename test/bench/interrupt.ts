/** `interrupt`: how soon Ctrl-C ends an endless loop, and whether the session answers while it runs. */

import { setTimeout as delay } from 'node:timers/promises';
import { type Benchmark, ratio, type Series } from './benchmark.ts';
import { interleave, time } from './support/interleave.ts';
import { NodeRepl } from './support/node-repl.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';

const ROUNDS = 50;
const LOOP = 'while (true) {}';
/** How long the loop runs before it is interrupted. */
const LOOP_MILLISECONDS = 200;
const ASK_EVERY_MILLISECONDS = 20;
const GOAL_MILLISECONDS = 50;

export const interrupt: Benchmark = {
  name: 'interrupt',
  description:
    `Ctrl-C on \`${LOOP}\`, from the key to the end of the input, all variables kept. Meanwhile a second terminal asks ` +
    `every ${ASK_EVERY_MILLISECONDS} ms whether some code is complete, or for the list of files.`,
  run: () =>
    Product.use(async (product) => {
      const terminal = await SessionTerminal.open(product, 'main');
      const other = await SessionTerminal.open(product, 'main');
      const repl = await NodeRepl.start();
      const answers: number[] = [];
      try {
        await terminal.evaluate('const kept = 42');
        const series = await interleave({ rounds: ROUNDS, warmUp: 2, unit: 'ms' }, [
          { label: 'spawnpoint-cf', measure: async () => [await interruptLoop(terminal, other, answers)] },
          { label: '`node -i` in a PTY', measure: async () => [await interruptNode(repl)] },
        ]);
        await terminal.expect('kept', '42');
        const [ours, node] = series;
        const answered: Series = { label: 'answer while the loop runs', unit: 'ms', ...summarize(answers) };
        return {
          series: [...series, answered],
          findings: [
            { label: 'spawnpoint-cf, p95', value: ours.p95 ?? ours.p50, unit: 'ms', goal: GOAL_MILLISECONDS },
            {
              label: 'answer while the loop runs, p95',
              value: answered.p95 ?? answered.p50,
              unit: 'ms',
              goal: GOAL_MILLISECONDS,
            },
            ratio('spawnpoint-cf / `node -i`, p50', ours, node),
          ],
        };
      } finally {
        terminal.close();
        other.close();
        repl.kill();
      }
    }),
};

/** Milliseconds from the interrupt to the end. The answers that `other` got before go to `answers`. */
async function interruptLoop(terminal: SessionTerminal, other: SessionTerminal, answers: number[]): Promise<number> {
  const { accepted, done } = terminal.submit(LOOP);
  await terminal.running(await accepted);
  const end = performance.now() + LOOP_MILLISECONDS;
  while (performance.now() < end) {
    const question = answers.length % 2 === 0 ? isComplete : files;
    answers.push(await time(() => other.ask(question)));
    await delay(ASK_EVERY_MILLISECONDS);
  }
  return time(async () => {
    terminal.interrupt();
    const { outcome } = await done;
    if (outcome.status !== 'interrupted' || !outcome.kept) throw new Error(`The loop ended as ${outcome.status}.`);
  });
}

const isComplete = { kind: 'isComplete', language: 'ts', code: 'const f = (n: number) => {' } as const;
const files = { kind: 'files' } as const;

async function interruptNode(repl: NodeRepl): Promise<number> {
  repl.begin(LOOP);
  await delay(LOOP_MILLISECONDS);
  return time(() => repl.interrupt());
}
