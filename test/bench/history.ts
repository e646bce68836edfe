/** `history`: what it takes to go far back, to fork a large session, and to keep a long one. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Findings } from './benchmark.ts';
import { time, timeEach } from './support/interleave.ts';
import { FILL } from './support/large-heap.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';
import { readStoredHeaps } from './support/stored-heaps.ts';

const MOVES = 20;
const STEPS = 199;
const FORKS = 3;
/** Files of the session that is forked. */
const FILES = 25;
const FILE_BYTES = 2_000_000;
const INPUTS = 1000;
/** Retention runs two seconds after it became due. */
const SETTLE_MILLISECONDS = 5000;

export const history: Benchmark = {
  name: 'history',
  description:
    `\`goto\` over ${STEPS} revisions and back, each of which changed a variable and a file. A fork of a session with ` +
    `20 MB of variables and ${(FILES * FILE_BYTES) / 1e6} MB of files. ${INPUTS.toLocaleString('en')} inputs in a row that ` +
    'change a variable: the time of each with its commit, and how the store grows once retention is at its limits.',
  run: () =>
    Product.use(async (product) => {
      const parts = [await goFar(product), await forkLarge(product), await goOn(product)];
      return { series: parts.flatMap(({ series }) => series), findings: parts.flatMap(({ findings }) => findings) };
    }),
};

async function goFar(product: Product): Promise<Findings> {
  const terminal = await SessionTerminal.open(product, 'far');
  await terminal.evaluate('let n = 1; fs.writeFileSync("n", "1")');
  for (let step = 2; step <= STEPS + 1; step++)
    await terminal.evaluate(`n = ${step}; fs.writeFileSync("n", String(n))`);
  const times: number[] = [];
  for (let move = 0; move < MOVES; move++) {
    const revision = move % 2 === 0 ? 1 : STEPS + 1;
    times.push(await time(() => product.post('/v1/sessions/far/history', { op: 'goto', revision })));
  }
  await terminal.expect('n', String(STEPS + 1));
  terminal.close();
  const series = { label: `goto over ${STEPS} revisions`, unit: 'ms' as const, ...summarize(times) };
  return { series: [series], findings: [{ label: `${series.label}, p50`, value: series.p50, unit: 'ms', goal: 100 }] };
}

async function forkLarge(product: Product): Promise<Findings> {
  const terminal = await SessionTerminal.open(product, 'large');
  for (let file = 0; file < FILES; file++) {
    await terminal.evaluate(`fs.writeFileSync('f${file}', new Uint8Array(${FILE_BYTES}).fill(${file + 1})); 0`);
  }
  await terminal.evaluate(FILL);
  terminal.close();
  const times: number[] = [];
  for (let fork = 0; fork < FORKS; fork++) {
    times.push(await time(() => product.post('/v1/sessions/large/fork', { to: `large-${fork}` })));
  }
  const copy = await SessionTerminal.open(product, 'large-0');
  await copy.expect(`[objects.length, fs.statSync('f24').size].join()`, `'150000,${FILE_BYTES}'`);
  copy.close();
  const series = { label: 'fork of a large session', unit: 'ms' as const, ...summarize(times) };
  return { series: [series], findings: [{ label: `${series.label}, p50`, value: series.p50, unit: 'ms', goal: 2000 }] };
}

async function goOn(product: Product): Promise<Findings> {
  const times: number[] = [];
  for (const inputs of [INPUTS, 2 * INPUTS]) {
    const terminal = await SessionTerminal.open(product, `long-${inputs}`);
    await terminal.evaluate('let count = 0');
    const each = await timeEach(inputs, () => terminal.evaluate('count += 1'));
    if (inputs === INPUTS) times.push(...each);
    await delay(SETTLE_MILLISECONDS);
    terminal.close();
  }
  const heaps = await readStoredHeaps(product, [`long-${INPUTS}`, `long-${2 * INPUTS}`]);
  const [once = 0, twice = 0] = heaps.map((all) => all.reduce((sum, { bytes }) => sum + bytes, 0));
  const series = { label: 'an input with its commit', unit: 'ms' as const, ...summarize(times) };
  return {
    series: [series],
    findings: [
      {
        label: 'an input with its commit, p99 / p50',
        value: (series.p99 ?? Number.NaN) / series.p50,
        unit: '×',
        goal: 5,
      },
      { label: `heaps stored after ${INPUTS} inputs`, value: once / 1e3, unit: 'KB', goal: null },
      { label: `heaps stored after ${2 * INPUTS} inputs`, value: twice / 1e3, unit: 'KB', goal: null },
      { label: `heaps stored, ${2 * INPUTS} inputs / ${INPUTS}`, value: twice / once, unit: '×', goal: 1.5 },
    ],
  };
}
