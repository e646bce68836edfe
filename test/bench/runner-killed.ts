/** `runner-killed`: a program that never yields is interrupted; its runner is killed for it, and another one comes. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Series } from './benchmark.ts';
import { plainEnvironment } from './support/command.ts';
import { time } from './support/interleave.ts';
import { isAlive, Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';

const ROUNDS = 20;
const LOOP = "console.log('go')\nawait new Promise((resolve) => setTimeout(resolve, 50))\nwhile (true) {}\n";
const LOOP_MILLISECONDS = 300;
const POLL_MILLISECONDS = 2;
const ANSWER_GOAL = 50;
const BACK_GOAL = 300;

export const runnerKilled: Benchmark = {
  name: 'runner-killed',
  description:
    'Ctrl-C on a program that never yields, with the whole runner killed for it: from its end to the next runner that ' +
    'listens. Meanwhile, the live session of another terminal evaluates `kept`.',
  run: () =>
    Product.use(async (product) => {
      const terminal = await SessionTerminal.open(product, 'main');
      const back: number[] = [];
      const answers: number[] = [];
      try {
        await terminal.evaluate('const kept = 42');
        const file = join(product.home, 'loop.ts');
        await writeFile(file, LOOP);
        for (let round = 0; round < ROUNDS; round++) back.push(await killed(product, terminal, file, answers));
      } finally {
        terminal.close();
      }
      const returned: Series = { label: 'the next runner listens', unit: 'ms', ...summarize(back) };
      const answered: Series = { label: 'the session answers', unit: 'ms', ...summarize(answers) };
      return {
        series: [returned, answered],
        findings: [
          { label: 'the next runner listens, p95', value: returned.p95 ?? returned.p50, unit: 'ms', goal: BACK_GOAL },
          { label: 'the session answers, p95', value: answered.p95 ?? answered.p50, unit: 'ms', goal: ANSWER_GOAL },
        ],
      };
    }),
};

/** Milliseconds without a runner. What the session took to answer meanwhile goes to `answers`. */
async function killed(product: Product, terminal: SessionTerminal, file: string, answers: number[]): Promise<number> {
  const command = product.command(['-s', 'loop', 'run', file]);
  const child = spawn(process.execPath, [...command], {
    env: { ...plainEnvironment, ...product.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const { pid, restarts } = product.runner;
  if (pid === null) throw new Error('No runner runs the program.');
  const end = performance.now() + LOOP_MILLISECONDS;
  while (performance.now() < end) answers.push(await time(() => terminal.expect('kept', '42')));
  child.kill('SIGINT');
  while (isAlive(pid)) await delay(POLL_MILLISECONDS);
  const back = await time(async () => {
    while (product.runner.restarts === restarts) await delay(POLL_MILLISECONDS);
  });
  await exit;
  return back;
}
