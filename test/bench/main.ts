/** `npm run bench`: runs the benchmarks named, or all, one after the other; `--record` keeps their figures. */

import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { commit } from './commit.ts';
import { type Figures, recordFigures } from './figures.ts';
import { flood } from './flood.ts';
import { history } from './history.ts';
import { interrupt } from './interrupt.ts';
import { memory } from './memory.ts';
import { preview } from './preview.ts';
import { printCold } from './print-cold.ts';
import { printWarm } from './print-warm.ts';
import { programCpu } from './program-cpu.ts';
import { programLines } from './program-lines.ts';
import { programStart } from './program-start.ts';
import { programs } from './programs.ts';
import { pythonCpu } from './python-cpu.ts';
import { pythonInterrupt } from './python-interrupt.ts';
import { pythonMemory } from './python-memory.ts';
import { pythonWake } from './python-wake.ts';
import { renderFigures } from './render.ts';
import { roundTrip } from './round-trip.ts';
import { runnerKilled } from './runner-killed.ts';
import { sessions } from './sessions.ts';
import { stalled } from './stalled.ts';
import { describeMachine } from './support/machine-facts.ts';
import { wake } from './wake.ts';

const BENCHMARKS: readonly Benchmark[] = [
  roundTrip,
  printWarm,
  printCold,
  flood,
  stalled,
  interrupt,
  programs,
  runnerKilled,
  programStart,
  programCpu,
  programLines,
  preview,
  commit,
  wake,
  history,
  pythonWake,
  pythonInterrupt,
  pythonCpu,
  pythonMemory,
  memory,
  sessions,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false } },
});

const unknown = positionals.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const names = BENCHMARKS.map(({ name }) => name).join(', ');
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${names}.`);
  process.exit(2);
}

const machine = describeMachine();
for (const benchmark of BENCHMARKS) {
  if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
  console.error(`${benchmark.name} …`);
  const [load = 0] = loadavg();
  const { name, description, run } = benchmark;
  const figures: Figures = { name, description, ...machine, load, ...(await run()) };
  console.log(renderFigures(figures));
  if (values.record) recordFigures(figures, BENCHMARKS);
}
// What was measured keeps lines open for a while that nobody needs any more.
process.exit();
