/** Programs that would take the whole server for themselves: the sessions answer while they run, and they end. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { Machine } from '../support/machine.ts';

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.create();
  await machine.run(['-e', 'const kept = 42']);
  await machine.file('hello.ts', "console.log('hello')");
});
afterAll(() => machine.dispose());

/** Starts an attack; resolves once it prints. */
async function attack(code: string): Promise<CliProcess> {
  await machine.file('attack.ts', `${code}\nexport {}`);
  const running = machine.start(['-s', 'attack', 'run', 'attack.ts']);
  await running.until(({ stdout }) => stdout.startsWith('go'));
  return running;
}

/** Interrupts the attack, which must not have ended yet. */
async function end(running: CliProcess): Promise<void> {
  running.kill('SIGINT');
  expect((await running.ended).status).toBe(130);
}

const pause = 'await new Promise((resolve) => setTimeout(resolve, 20))';

/** What never lets anybody else in. */
const loops: readonly (readonly [name: string, code: string])[] = [
  ['loops', `${pause}; while (true) {}`],
  ['loops over promises', `${pause}; for (;;) await null`],
  ['loops over microtasks', `${pause}; const next = () => queueMicrotask(next); next()`],
  ['loops over digests', `${pause}; for (;;) await crypto.subtle.digest('SHA-256', new Uint8Array(1e6))`],
];

/** What is busy, but yields. */
const floods: readonly (readonly [name: string, code: string])[] = [
  ['makes timers', 'const next = () => setTimeout(next, 0); next()'],
  ['asks for what is refused', "for (;;) await fetch('http://127.0.0.1/').catch(() => {})"],
  ['prints', "for (let i = 0; ; i++) { console.log('x'.repeat(9999)); if (i % 100 === 0) await null }"],
];

describe('while a program', () => {
  it.each([...loops, ...floods])('%s, the sessions answer', async (_, code) => {
    const running = await attack(`console.log('go'); ${code}`);
    for (let i = 0; i < 2; i++) expect(await machine.print('main', 'kept')).toBe('42');
    await end(running);
  });

  it.each(floods)('%s, programs of other sessions run', async (_, code) => {
    const running = await attack(`console.log('go'); ${code}`);
    expect(await machine.run(['-s', 'other', 'run', 'hello.ts'])).toMatchObject({ stdout: 'hello\n', status: 0 });
    await end(running);
  });
});

const endless: readonly (readonly [name: string, code: string])[] = [
  ['that loops before it begins', "import './loop.ts'"],
  ['that loops in a handler of exit', "process.on('exit', () => { while (true) {} }); process.exit()"],
  ['that loops in a regular expression', "/^(a+)+$/.test('a'.repeat(60) + 'b')"],
  [
    'that would not be killed',
    "for (const s of ['SIGTERM', 'SIGINT', 'exit']) process.on(s, () => {}); setInterval(() => {}, 9)",
  ],
  [
    'that has the platform wait',
    "import { waitUntil } from 'cloudflare:workers'; waitUntil(new Promise((r) => setTimeout(r, 1e6)))",
  ],
];

describe('a program', () => {
  it.each(endless)('%s ends when its time is up', async (_, code) => {
    await machine.file('loop.ts', 'while (true) {}\nexport const x = 1');
    await machine.file('attack.ts', code);
    const ending = await machine.run(['-s', 'attack', '--timeout', '1', 'run', 'attack.ts']);
    expect(ending).toMatchObject({ stdout: '', status: 124 });
    expect(await machine.print('main', 'kept')).toBe('42');
  });
});

const bombs: readonly (readonly [name: string, code: string])[] = [
  ['buffers', 'for (;;) all.push(new Uint8Array(1e7).fill(1))'],
  ['objects', 'for (;;) all.push(Array.from({ length: 100_000 }, (_, n) => ({ n, x: [n] })))'],
  ['strings', 'for (;;) all.push(new TextDecoder().decode(new Uint8Array(1e7).fill(97)))'],
];

describe('a program that fills the memory', () => {
  it.each(bombs)('with %s is ended and told why; others are told the same or run on', async (_, code) => {
    await machine.file('tick.ts', "console.log('go'); setInterval(() => {}, 100)");
    const bystander = machine.start(['-s', 'other', 'run', 'tick.ts']);
    await bystander.until(({ stdout }) => stdout === 'go\n');
    await machine.file('attack.ts', `const all = []; ${code}; export {}`);
    const { status, stderr } = await machine.run(['-s', 'attack', 'run', 'attack.ts']);
    const reason = /^spawnpoint-cf: The program was stopped.*(took \d+ MiB of memory|has not yielded for \d+ ms).*\n$/;
    expect([status, stderr]).toEqual([1, expect.stringMatching(reason)]);
    expect(await machine.print('main', 'kept')).toBe('42');
    bystander.kill('SIGINT');
    const other = await bystander.ended;
    if (other.status !== 130) expect(other).toMatchObject({ status: 1, stderr: expect.stringMatching(reason) });
    expect(await machine.run(['-s', 'other', 'run', 'hello.ts'])).toMatchObject({ stdout: 'hello\n', status: 0 });
  });
});

it('runs so many programs in one session and no more, with a sentence for the next', async () => {
  await machine.file('wait.ts', "console.log('go'); setInterval(() => {}, 1000)");
  const programs = Array.from({ length: 8 }, () => machine.start(['-s', 'many', 'run', 'wait.ts']));
  for (const program of programs) await program.until(({ stdout }) => stdout === 'go\n');
  const refused = await machine.run(['-s', 'many', 'run', 'hello.ts']);
  expect(refused.status).toBe(255);
  expect(refused.stderr).toMatch(/8 programs run in this session. Wait for one to end, or kill one/);
  for (const program of programs) await end(program);
});
