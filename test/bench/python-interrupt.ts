/** `python-interrupt`: how soon Ctrl-C ends what Python does, and whether everything else answers while it does it. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Finding, Series } from './benchmark.ts';
import { time } from './support/interleave.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';

const ROUNDS = 20;
/** How long each runs before it is interrupted. */
const RUN_MILLISECONDS = 150;
const ASK_EVERY_MILLISECONDS = 15;
const INTERRUPT_GOAL_MILLISECONDS = 50;
const ANSWER_GOAL_MILLISECONDS = 15;

const KINDS = {
  'a loop': 'while True: pass',
  'time.sleep': 'import time; time.sleep(1000)',
  await: 'import asyncio; await asyncio.sleep(1000)',
  'input()': 'input()',
} as const;

const isComplete = { kind: 'isComplete', language: 'py', code: 'def f():' } as const;

export const pythonInterrupt: Benchmark = {
  name: 'python-interrupt',
  description:
    'Ctrl-C on Python that loops, sleeps, awaits or waits for a line, from the key to the end of the input, all variables ' +
    'kept. While the loop runs, another terminal asks a question, the JavaScript kernel evaluates `1+1`, and a file is read.',
  run: () =>
    Product.use(async (product) => {
      const python = await SessionTerminal.open(product, 'main', { language: 'py' });
      const other = await SessionTerminal.open(product, 'main');
      const samples = new Map<string, number[]>();
      const note = (label: string, milliseconds: number) =>
        samples.set(label, [...(samples.get(label) ?? []), milliseconds]);
      const meanwhile = {
        'a question': () => other.ask(isComplete),
        'JavaScript, 1+1': () => other.expect('1+1', '2'),
        'a file': () => product.get('/v1/sessions/main/files/notes.txt'),
      };
      try {
        await python.evaluate('kept = [41]; _ = open("notes.txt", "w").write("x" * 1000)');
        await other.expect('1+1', '2');
        for (let round = 0; round < ROUNDS; round += 1) {
          for (const [kind, code] of Object.entries(KINDS)) {
            const { accepted, done } = python.submit(`kept.append(1)\n${code}`);
            await python.running(await accepted);
            await delay(RUN_MILLISECONDS / 2);
            if (code === KINDS['a loop']) {
              for (const [label, ask] of Object.entries(meanwhile)) {
                await delay(ASK_EVERY_MILLISECONDS);
                note(label, await time(ask));
              }
            } else await delay(RUN_MILLISECONDS / 2);
            const ended = time(async () => {
              const { outcome } = await done;
              if (outcome.status !== 'interrupted' || !outcome.kept)
                throw new Error(`${kind} ended: ${outcome.status}`);
            });
            python.interrupt();
            note(kind, await ended);
          }
        }
        await python.expect('len(kept)', String(1 + ROUNDS * Object.keys(KINDS).length));
      } finally {
        python.close();
        other.close();
      }
      const series = [...samples].map(([label, values]): Series => ({ label, unit: 'ms', ...summarize(values) }));
      const findings = series.map(({ label, p50, p95 }): Finding => {
        const isAnswer = label in meanwhile;
        const goal = isAnswer ? ANSWER_GOAL_MILLISECONDS : INTERRUPT_GOAL_MILLISECONDS;
        return {
          label: `${label}, ${isAnswer ? 'p50' : 'p95'}`,
          value: isAnswer ? p50 : (p95 ?? p50),
          unit: 'ms',
          goal,
        };
      });
      return { series, findings };
    }),
};
