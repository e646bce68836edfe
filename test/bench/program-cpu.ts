/** `program-cpu`: what programs compute, beside node. */

import { type Benchmark, ratio, type Series } from './benchmark.ts';
import { outputOfNode } from './support/command.ts';
import { interleave } from './support/interleave.ts';
import { Product } from './support/product.ts';

const ROUNDS = 5;
/** Of node's speed, 0.9 at least. */
const GOAL = 1 / 0.9;

const RANDOM = 'let seed = 42; const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;';

/** Statements that compute for some tenths of a second. */
const TASKS: Readonly<Record<string, string>> = {
  'fib(32)': 'const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); for (let i = 0; i < 5; i++) fib(32);',
  'n-body': `${RANDOM} const bodies = Array.from({ length: 5 }, () => ({ p: [random(), random(), random()], v: [0, 0, 0] }));
    for (let step = 0; step < 400000; step++) {
      for (let i = 0; i < 5; i++) for (let j = i + 1; j < 5; j++) {
        const a = bodies[i], b = bodies[j];
        const x = a.p[0] - b.p[0], y = a.p[1] - b.p[1], z = a.p[2] - b.p[2];
        const f = 1e-3 / (x * x + y * y + z * z + 0.01) ** 1.5;
        a.v[0] -= x * f; a.v[1] -= y * f; a.v[2] -= z * f; b.v[0] += x * f; b.v[1] += y * f; b.v[2] += z * f;
      }
      for (const { p, v } of bodies) for (let k = 0; k < 3; k++) p[k] += v[k] * 1e-3;
    }`,
  sieve: `for (let round = 0; round < 10; round++) { const n = 2e6, sieve = new Uint8Array(n + 1);
    for (let i = 2; i * i <= n; i++) if (!sieve[i]) for (let j = i * i; j <= n; j += i) sieve[j] = 1; }`,
  JSON: `${RANDOM} const data = Array.from({ length: 20000 }, (_, id) => ({ id, name: 'n' + id, at: random(), tags: ['a', 'b'] }));
    for (let i = 0; i < 10; i++) JSON.parse(JSON.stringify(data));`,
  sort: `${RANDOM} for (let i = 0; i < 3; i++) Array.from({ length: 200000 }, random).sort((a, b) => a - b);`,
  regex: `const text = 'user.name@example.com, 192.168.1.1, 2026-11-23T00:00:00Z; '.repeat(20000);
    for (let i = 0; i < 3; i++) { text.match(/[\\w.]+@[\\w.]+/g); text.match(/\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z/g); text.replace(/(\\d+)\\.(\\d+)/g, '$2.$1'); }`,
};

export const programCpu: Benchmark = {
  name: 'program-cpu',
  description:
    'Some tenths of a second of computing in a program, as it measures them itself, beside `node -e` with the same. ' +
    'Starting either is not counted.',
  run: () =>
    Product.use(async (product) => {
      const { env } = product;
      const all: Series[] = [];
      const findings = [];
      for (const [name, statements] of Object.entries(TASKS)) {
        const stdin = timed(statements);
        const [ours, node] = await interleave({ rounds: ROUNDS, warmUp: 1, unit: 'ms' }, [
          {
            label: `${name}, spawnpoint-cf`,
            measure: async () => [Number(await outputOfNode(product.command([]), { env, stdin }))],
          },
          { label: `${name}, node`, measure: async () => [Number(await outputOfNode(['-e', stdin]))] },
        ]);
        all.push(ours, node);
        findings.push(ratio(`${name}, spawnpoint-cf / node`, ours, node, GOAL));
      }
      return { series: all, findings };
    }),
};

/** Prints the milliseconds that `statements` take. The clock of a program moves only when it waits. */
function timed(statements: string): string {
  return `const start = performance.now(); { ${statements} }
setTimeout(() => console.log(performance.now() - start));`;
}
