/** The README's tour, typed in as it stands there. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of all `console` blocks in order, each with the lines below it. */
function steps(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const end = step.indexOf('\n');
        return { command: step.slice(0, end), output: step.slice(end + 1) };
      }),
  );
}

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.create();
});

afterAll(() => machine.dispose());

it('prints what the README says', async () => {
  const tour = steps(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));
  expect(tour.length).toBeGreaterThan(10);
  for (const { command, output } of tour) {
    const { stdout, stderr, status } = await machine.shell(`npx() { "$@"; }; ${command}`);
    expect({ command, stdout, stderr, status }).toEqual({ command, stdout: output, stderr: '', status: 0 });
  }
});
