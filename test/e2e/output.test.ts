/** Much output: complete and in order, through a pipe and at other terminals, whoever reads slowly. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../support/machine.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(() => machine.dispose());

const LINES = 200_000;
const code = `for (let i = 0; i < ${LINES}; i++) console.log('line ' + i)`;
const lines = Array.from({ length: LINES }, (_, i) => `line ${i}\n`).join('');

it('of an input is whole in a pipe and at a second terminal at once', async () => {
  await machine.run(['-s', 'lines', '-e', '"first"']);
  const watcher = machine.start(['attach', 'lines']);
  await watcher.until(({ stdout }) => stdout.endsWith("'first'\n"));
  const { stdout, stderr, status } = await machine.run(['-s', 'lines', '-e', code]);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout === lines).toBe(true);
  await machine.run(['-s', 'lines', '-e', '"last"']);
  await watcher.until((cli) => cli.bytes.subarray(-7).equals(Buffer.from("'last'\n")));
  expect(watcher.stdout === `> "first"\n'first'\n> ${code}\n${lines}> "last"\n'last'\n`).toBe(true);
  expect(watcher.stderr).toBe('');
});

it('of a program is whole in a pipe', async () => {
  const { stdout, stderr, status } = await machine.run([], { stdin: code });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout === lines).toBe(true);
});

it('is whole in a pipe of the shell', async () => {
  expect(await machine.shell(`spawnpoint-cf -e '${code.replaceAll("'", '"')}' | (sleep 0.2; tail -n 1)`)).toEqual({
    stdout: `line ${LINES - 1}\n`,
    stderr: '',
    status: 0,
  });
});

it('waits for a slow reader, who delays nobody else', async () => {
  // More than the pipe, the client, the credit and the lag that a lossless reader may have take together.
  const count = 24_000;
  const slow = machine.start([
    '-s',
    'slow',
    '-e',
    `for (let i = 0; i < ${count}; i++) console.log(i + "${'x'.repeat(1000)}")`,
  ]);
  slow.pauseReading();
  expect(await machine.print('other', '1')).toBe('1');
  const watcher = machine.start(['attach', 'slow']);
  await watcher.until((cli) => cli.bytes.length > 4 * 1024 * 1024);
  slow.resumeReading();
  const { stdout, stderr, status } = await slow.ended;
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout === Array.from({ length: count }, (_, i) => `${i}${'x'.repeat(1000)}\n`).join('')).toBe(true);
});
