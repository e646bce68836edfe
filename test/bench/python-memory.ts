/** `python-memory`: what a Python session takes, and what is left of it once nobody uses it. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Finding } from './benchmark.ts';
import { MEGABYTE } from './support/memory.ts';
import { Product } from './support/product.ts';
import { PythonProcess } from './support/python-process.ts';
import { SessionTerminal } from './support/session-terminal.ts';
import { summarize } from './support/statistics.ts';

const ROUNDS = 3;
/** The compilers have come to an end. */
const SETTLE_MILLISECONDS = 5_000;
/** An object that had nothing to do for 10 s is dropped when the platform next looks, which it does every 10 s. */
const ASLEEP_MILLISECONDS = 21_000;
/** Memory is collected while something runs: another session does, a little, for 20 s. */
const EVALUATIONS = 400;
const PAUSE_MILLISECONDS = 50;

/** One measurement of each, in MB. */
interface Sizes {
  readonly before: number;
  readonly inUse: number;
  readonly dropped: number;
  readonly inNode: number;
  readonly native: number | null;
}

export const pythonMemory: Benchmark = {
  name: 'python-memory',
  description:
    'Resident memory of the workerd of the sessions: with an idle JavaScript session; with a Python session beside it that ' +
    'has evaluated `1+1` and stays attached; and after that has been idle until it was dropped, and the JavaScript session ' +
    'in use. Beside them Pyodide in node, and the `python3` of the machine, where there is one.',
  async run() {
    const sizes: Sizes[] = [];
    for (let round = 0; round < ROUNDS; round++) sizes.push(await measure());
    const series = (label: string, of: (each: Sizes) => number | null) => {
      const samples = sizes.flatMap((each) => of(each) ?? []);
      return samples.length === 0 ? [] : [{ label, unit: 'MB' as const, ...summarize(samples) }];
    };
    const added = (label: string, of: (each: Sizes) => number): Finding => {
      const { p50: value } = summarize(sizes.map((each) => of(each) - each.before));
      return { label, value, unit: 'MB', goal: null };
    };
    return {
      series: [
        ...series('before', ({ before }) => before),
        ...series('with a Python session', ({ inUse }) => inUse),
        ...series('after its idle drop', ({ dropped }) => dropped),
        ...series('Pyodide in node', ({ inNode }) => inNode),
        ...series('python3', ({ native }) => native),
      ],
      findings: [
        added('what a Python session adds', ({ inUse }) => inUse),
        added('what is left of that after its idle drop', ({ dropped }) => dropped),
      ],
    };
  },
};

function measure(): Promise<Sizes> {
  return Product.use(async (product) => {
    const others = await Promise.all([PythonProcess.inNode(), PythonProcess.native()]);
    const [inNode, native] = others;
    const javascript = await SessionTerminal.open(product, 'main');
    const terminals = [javascript];
    const resident = () => product.workerBytes('main') / MEGABYTE;
    try {
      await javascript.expect('1+1', '2');
      for (const each of others) await each?.evaluate('', '1+1');
      await delay(SETTLE_MILLISECONDS);
      const before = resident();
      const python = await SessionTerminal.open(product, 'python', { language: 'py' });
      terminals.push(python);
      await python.expect('1+1', '2');
      await delay(SETTLE_MILLISECONDS);
      const inUse = resident();
      await delay(ASLEEP_MILLISECONDS);
      for (let count = 0; count < EVALUATIONS; count++) {
        await javascript.expect('1+1', '2');
        await delay(PAUSE_MILLISECONDS);
      }
      const dropped = resident();
      await python.expect('1+1', '2');
      return {
        ...{ before, inUse, dropped },
        inNode: inNode.residentBytes / MEGABYTE,
        native: native && native.residentBytes / MEGABYTE,
      };
    } finally {
      for (const each of terminals) each.close();
      for (const each of others) each?.kill();
    }
  });
}
