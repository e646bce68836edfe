/** `python-cpu`: what Python computes in a session, beside Pyodide in node. */

import { type Benchmark, ratio, type Series } from './benchmark.ts';
import { outputOf, outputOfNode } from './support/command.ts';
import { interleave } from './support/interleave.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';

const ROUNDS = 5;
/** Of the speed of Pyodide in node, 0.9 at least. */
const GOAL = 1 / 0.9;

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
const TIMED = `${BEGIN}; ${END}`;

export const pythonCpu: Benchmark = {
  name: 'python-cpu',
  description:
    'Some tenths of a second of computing in a Python session, as it measures them itself, beside the same in Pyodide in node. ' +
    'Starting is not counted. Beside them the `python3` of the machine, where there is one.',
  run: () =>
    Product.use(async (product) => {
      const terminal = await SessionTerminal.open(product, 'main', { language: 'py' });
      const series: Series[] = [];
      const findings = [];
      const hasNative = await outputOf('python3', ['--version']).then(
        () => true,
        () => false,
      );
      for (const [name, task] of Object.entries(TASKS)) {
        const native = { label: `${name}, python3`, measure: () => inNative(task) };
        const [session, pyodide, ...others] = await interleave({ rounds: ROUNDS, warmUp: 1, unit: 'ms' }, [
          { label: `${name}, session`, measure: () => inSession(terminal, task) },
          { label: `${name}, Pyodide in node`, measure: () => inNode(task) },
          ...(hasNative ? [native] : []),
        ]);
        series.push(session, pyodide, ...others);
        findings.push(ratio(`${name}, session / Pyodide in node`, session, pyodide, GOAL));
      }
      terminal.close();
      return { series, findings };
    }),
};

async function inSession(terminal: SessionTerminal, task: string): Promise<readonly number[]> {
  await terminal.evaluate(task);
  return [Number(await terminal.evaluate(TIMED)) * 1000];
}

async function inNode(task: string): Promise<readonly number[]> {
  const code = JSON.stringify(`${task}\n${TIMED}`);
  return [
    Number(
      await outputOfNode([
        '-e',
        `const { loadPyodide } = await import('pyodide'); console.log((await loadPyodide()).runPython(${code}) * 1000)`,
      ]),
    ),
  ];
}

async function inNative(task: string): Promise<readonly number[]> {
  return [Number(await outputOf('python3', ['-c', `${task}\n${BEGIN}\nprint((${END}) * 1000)`]))];
}
