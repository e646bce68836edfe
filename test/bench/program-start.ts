/** `program-start`: how long a terminal waits for a short program. */

import type { Benchmark } from './benchmark.ts';
import { interleave, timeEach } from './support/interleave.ts';
import { Product } from './support/product.ts';
import { SessionTerminal } from './support/session-terminal.ts';

const ROUNDS = 20;
const IN_A_ROW = 5;

export const programStart: Benchmark = {
  name: 'program-start',
  description:
    'A TypeScript hello over the WebSocket on loopback, from sending RUN to having its exit: stripped, built, and run ' +
    'in an isolate that is new each time.',
  run: () =>
    Product.use(async (product) => {
      const printed: string[] = [];
      const decoder = new TextDecoder();
      const terminal = await SessionTerminal.open(product, 'main', {
        output: (bytes) => printed.push(decoder.decode(bytes)),
      });
      let count = 0;
      const hello = async () => {
        const text = `hello ${count++}`;
        await terminal.run('hello.ts', `const text: string = '${text}'\nconsole.log(text)\n`);
        const output = printed.splice(0).join('');
        if (output !== `${text}\n`) throw new Error(`It printed ${JSON.stringify(output)}.`);
      };
      try {
        const series = await interleave({ rounds: ROUNDS, warmUp: 2, unit: 'ms' }, [
          { label: 'hello.ts', measure: () => timeEach(IN_A_ROW, hello) },
        ]);
        return { series, findings: [{ label: 'hello.ts, p50', value: series[0].p50, unit: 'ms', goal: 20 }] };
      } finally {
        terminal.close();
      }
    }),
};
