/** `round-trip`: how long a person who has typed `1+1` waits. */

import { type Benchmark, ratio } from './benchmark.ts';
import { withFloor } from './support/floor.ts';
import { interleave, timeEach } from './support/interleave.ts';
import { NodeRepl } from './support/node-repl.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';

const ROUNDS = 35;
/** Until V8 has optimised what runs. */
const WARM_UP = 15;
/** Together with its HELLO, fewer than `controlFramesPerSecond`: each round has a terminal of its own. */
const IN_A_ROW = 90;

export const roundTrip: Benchmark = {
  name: 'round-trip',
  description:
    '`1+1` over the WebSocket on loopback, from sending it to having its result, which is then durable. The floor for ' +
    'anything durable is a Durable Object in another workerd that writes one SQLite row for each message and answers.',
  run: () =>
    Product.use((product) =>
      withFloor(product.home, async (ask) => {
        const repl = await NodeRepl.start();
        try {
          const series = await interleave({ rounds: ROUNDS, warmUp: WARM_UP, unit: 'ms' }, [
            { label: 'spawnpoint-cf', measure: () => roundTrips(product) },
            { label: 'Durable Object, one row', measure: () => timeEach(IN_A_ROW, () => ask('1+1')) },
            { label: '`node -i` in a PTY', measure: () => timeEach(IN_A_ROW, () => repl.expect('1+1', '2')) },
          ]);
          const [ours, floor, node] = series;
          return {
            series,
            findings: [
              { label: 'spawnpoint-cf, p50', value: ours.p50, unit: 'ms', goal: 1 },
              ratio('spawnpoint-cf / Durable Object, p50', ours, floor, 2.5),
              ratio('spawnpoint-cf / `node -i`, p50', ours, node),
            ],
          };
        } finally {
          repl.kill();
        }
      }),
    ),
};

async function roundTrips(product: Product): Promise<readonly number[]> {
  const terminal = await SessionTerminal.open(product, 'main');
  try {
    return await timeEach(IN_A_ROW, () => terminal.expect('1+1', '2'));
  } finally {
    terminal.close();
  }
}
