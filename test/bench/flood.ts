/** `flood`: how fast much output reaches everyone. */

import { spawn } from 'node:child_process';
import { type Benchmark, ratio } from './benchmark.ts';
import { plainEnvironment } from './support/command.ts';
import { interleave, time } from './support/interleave.ts';
import { allLines, LINE_BYTES, OutputCheck, printLines } from './support/numbered-lines.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';

const LINES = 200_000;
const ROUNDS = 5;

export const flood: Benchmark = {
  name: 'flood',
  description:
    `${LINES.toLocaleString('en')} lines of ${LINE_BYTES} bytes, printed by one input, until they have arrived at two ` +
    'terminals, complete and in order. Beside it, a Node that is already up prints the same to a pipe.',
  run: () =>
    Product.use(async (product) => {
      const expected = allLines(LINES);
      const checks = [new OutputCheck(expected), new OutputCheck(expected)] as const;
      const [writer, watcher] = await Promise.all([
        SessionTerminal.open(product, 'main', { lossless: true, output: (bytes) => checks[0].push(bytes) }),
        SessionTerminal.open(product, 'main', { output: (bytes) => checks[1].push(bytes) }),
      ]);
      try {
        const series = await interleave({ rounds: ROUNDS, warmUp: 1, unit: 'lines/s' }, [
          {
            label: 'spawnpoint-cf, at two terminals',
            measure: async () => {
              const rate = await linesPerSecond(() => floodTerminals(writer, watcher));
              for (const check of checks) check.finish();
              return [rate];
            },
          },
          { label: '`node -e` to a pipe', measure: async () => [await floodPipe(expected)] },
        ]);
        const [ours, node] = series;
        return {
          series,
          findings: [
            {
              label: 'spawnpoint-cf, to each of two terminals',
              value: (ours.p50 * LINE_BYTES) / 1e6,
              unit: 'MB/s',
              goal: null,
            },
            ratio('spawnpoint-cf / `node -e`', ours, node),
          ],
        };
      } finally {
        writer.close();
        watcher.close();
      }
    }),
};

async function linesPerSecond(print: () => Promise<unknown>): Promise<number> {
  return (LINES / (await time(print))) * 1000;
}

async function floodTerminals(writer: SessionTerminal, watcher: SessionTerminal): Promise<void> {
  const { accepted, done } = writer.submit(printLines(LINES));
  await Promise.all([done, watcher.ended(await accepted)]);
}

/** Lines a second, from when a Node that waits is told to begin. */
async function floodPipe(expected: Buffer): Promise<number> {
  const code = `process.stdin.once('data', () => { ${printLines(LINES)} }); process.stderr.write('ready')`;
  const child = spawn(process.execPath, ['-e', code], { env: plainEnvironment, stdio: ['pipe', 'pipe', 'pipe'] });
  await new Promise((resolve) => child.stderr.once('data', resolve));
  const check = new OutputCheck(expected);
  child.stdout.on('data', (bytes: Buffer) => check.push(bytes));
  const rate = await linesPerSecond(() => {
    child.stdin.end('go');
    return new Promise((resolve) => child.once('close', resolve));
  });
  check.finish();
  return rate;
}
