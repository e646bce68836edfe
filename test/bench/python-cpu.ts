/** `python-cpu`: what Python computes in a session, beside Pyodide in node. */

import { setTimeout as delay } from 'node:timers/promises';
import { type Benchmark, type Finding, ratio, type Series } from './benchmark.ts';
import { interleave } from './support/interleave.ts';
import { Product } from './support/product.ts';
import { PythonProcess } from './support/python-process.ts';
import { SessionTerminal } from './support/session-terminal.ts';

const ROUNDS = 21;
const FRESH_ROUNDS = 3;
const WARM_UPS = 3;
/** Compilers go on beside what they compile for: they are to have come to an end. */
const SETTLE_MILLISECONDS = 5_000;
/** Of the speed of Pyodide in node, 0.9 at least. */
const GOAL = 1 / 0.9;
/** workerd compiles each access to an instance's memory with a check of its bounds; node has the processor do that. */
const CHECKED = '--wasm-enforce-bounds-checks';

/** Functions `task()` that compute for some tenths of a second. */
const TASKS: Readonly<Record<string, string>> = {
  'fib(27)': `def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def task(): fib(27)`,
  'n-body': `def task():
    bodies = [[i * 1.1, i * 0.7, i * 0.3, 0.0, 0.0, 0.0] for i in range(5)]
    for _ in range(6000):
        for i in range(5):
            for j in range(i + 1, 5):
                a, b = bodies[i], bodies[j]
                x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
                f = 1e-3 / (x * x + y * y + z * z + 0.01) ** 1.5
                a[3] -= x * f; a[4] -= y * f; a[5] -= z * f
                b[3] += x * f; b[4] += y * f; b[5] += z * f
        for each in bodies:
            for k in range(3): each[k] += each[k + 3] * 1e-3`,
  sieve: `def task():
    n = 1_000_000
    sieve = bytearray(n + 1)
    for i in range(2, 1001):
        if not sieve[i]:
            for j in range(i * i, n + 1, i): sieve[j] = 1`,
  'dicts and strings': `def task():
    counts = {}
    for i in range(200_000):
        word = f'w{i % 1000}'
        counts[word] = counts.get(word, 0) + 1
    ' '.join(sorted(counts)).upper().split()`,
};

/** The first reading comes after others had their turn: clocks stand still while code runs. */
const BEGIN = 'import time; time.sleep(0); begin = time.perf_counter(); task(); time.sleep(0)';
const END = 'time.perf_counter() - begin';

/** One input, ten times the task: how a script runs that begins with the server. */
const FRESH = 'fib(27), at once';
const FRESH_TASK = `def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
import time; time.sleep(0); begin = time.perf_counter()
for _ in range(10): fib(27)
time.sleep(0)`;

/** What measures one task, in milliseconds. */
type Measure = (statements: string, expression: string) => Promise<string>;

export const pythonCpu: Benchmark = {
  name: 'python-cpu',
  description:
    'Some tenths of a second of computing in a Python session, as it measures them itself, beside the same in Pyodide in ' +
    'node; once more in node with the bounds checks that workerd compiles Wasm with; and in the `python3` of the machine, ' +
    'where there is one. Starting is not counted. “At once” is a tenth of a script that is the first that a server runs.',
  async run() {
    const warm = await Product.use(measureTasks);
    const fresh = await measureFresh();
    return { series: [...warm.series, ...fresh.series], findings: [...warm.findings, ...fresh.findings] };
  },
};

async function measureTasks(product: Product): Promise<{ series: Series[]; findings: Finding[] }> {
  const terminal = await SessionTerminal.open(product, 'main', { language: 'py' });
  const [inNode, checked] = [PythonProcess.inNode(), PythonProcess.inNode([CHECKED])];
  const native = await PythonProcess.native();
  const series: Series[] = [];
  const findings: Finding[] = [];
  try {
    for (const task of Object.values(TASKS).flatMap((each) => Array<string>(WARM_UPS).fill(each))) {
      const all = [
        inSession(terminal),
        ...[inNode, checked].map(
          (python): Measure =>
            (...code) =>
              python.evaluate(...code),
        ),
      ];
      for (const evaluate of all) await evaluate(`${task}\n${BEGIN}`, END);
    }
    await delay(SETTLE_MILLISECONDS);
    for (const [name, task] of Object.entries(TASKS)) {
      const subject = (label: string, evaluate: Measure) => ({
        label: `${name}, ${label}`,
        measure: async () => [Number(await evaluate(`${task}\n${BEGIN}`, END)) * 1000],
      });
      const [session, pyodide, ...others] = await interleave({ rounds: ROUNDS, warmUp: 1, unit: 'ms' }, [
        subject('session', inSession(terminal)),
        subject('Pyodide in node', (...code) => inNode.evaluate(...code)),
        subject('Pyodide in node, bounds checked', (...code) => checked.evaluate(...code)),
        ...(native ? [subject('python3', (...code) => native.evaluate(...code))] : []),
      ]);
      series.push(session, pyodide, ...others);
      findings.push(ratio(`${name}, session / Pyodide in node`, session, pyodide, GOAL));
      const [withChecks] = others;
      if (withChecks) findings.push(ratio(`${name}, session / Pyodide in node, bounds checked`, session, withChecks));
    }
  } finally {
    terminal.close();
    for (const each of [inNode, checked, native]) each?.kill();
  }
  return { series, findings };
}

async function measureFresh(): Promise<{ series: Series[]; findings: Finding[] }> {
  const once = async (evaluate: Measure) => [Number(await evaluate(FRESH_TASK, END)) * 100];
  const [session, pyodide] = await interleave({ rounds: FRESH_ROUNDS, warmUp: 0, unit: 'ms' }, [
    {
      label: `${FRESH}, session`,
      measure: () =>
        Product.use(async (product) => {
          const terminal = await SessionTerminal.open(product, 'main', { language: 'py' });
          return once(inSession(terminal)).finally(() => terminal.close());
        }),
    },
    {
      label: `${FRESH}, Pyodide in node`,
      measure: () => {
        const python = PythonProcess.inNode();
        return once((...code) => python.evaluate(...code)).finally(() => python.kill());
      },
    },
  ]);
  return { series: [session, pyodide], findings: [ratio(`${FRESH}, session / Pyodide in node`, session, pyodide)] };
}

function inSession(terminal: SessionTerminal): Measure {
  return async (statements, expression) => {
    await terminal.evaluate(statements);
    return terminal.evaluate(expression);
  };
}
