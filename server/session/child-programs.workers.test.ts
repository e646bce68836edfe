/** `run` and `jit` of the live kernel, in the real session and storage; where there is no Worker Loader, in kernels. */

import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../protocol/events.ts';
import { type HostedSession, hostSession } from '../testing/hosted-session.ts';
import type { TestTerminal } from '../testing/terminal.ts';
import { TestSession } from '../testing/workers-client.ts';

function hosted(test: (session: HostedSession, state: DurableObjectState) => Promise<void>): Promise<void> {
  return runInDurableObject(new TestSession().stub, async (_, state) => {
    const session = await hostSession(state);
    await test(session, state);
    session.check();
  });
}

const write = (name: string, code: string) => `fs.writeFileSync(${JSON.stringify(name)}, ${JSON.stringify(code)})`;

/** The message of what an expression rejects with. */
const message = (terminal: TestTerminal, code: string) => terminal.show(`await ${code}.catch(String)`);

function program(terminal: TestTerminal, number: number): Promise<EventBody<'program'>> {
  return terminal.find((item) => {
    if (item.kind !== 'event' || item.event.name !== 'program') return undefined;
    return item.event.body.program === number ? item.event.body : undefined;
  });
}

describe('run', () => {
  const ENDLESS = "import fs from 'fs'; fs.writeFileSync('never', ''); console.log('begun'); setInterval(() => {}, 50)";

  it('sees what the input wrote, and what it writes is committed with the input', async () => {
    await hosted(async ({ terminal }) => {
      const code =
        "import fs from 'fs'; console.log(fs.readFileSync('in', 'utf8'), process.argv.slice(2)); fs.writeFileSync('out', 'o'); export default { n: 1n, at: new Date(0) };";
      const done = await terminal.run(
        `${write('a.ts', code)}; fs.writeFileSync('in', 'i'); fs.writeFileSync('own', await run('a.ts', 1, 'x y').then((r) => r.n + r.at.toISOString() + fs.readFileSync('out', 'utf8')))`,
      );
      expect(done).toMatchObject({ revision: 1, outcome: { status: 'ok' } });
      expect(terminal.output(1)).toBe("i [ '1', 'x y' ]\n");
      expect(await terminal.show("fs.readFileSync('own', 'utf8')")).toBe("'11970-01-01T00:00:00.000Zo'");
      const files = terminal
        .events()
        .flatMap(({ name, body }) => (name === 'files' ? [[body.cause, body.changes.length]] : []));
      expect(files).toEqual([[['input', 1], 4]]);
      expect(terminal.events().map(({ name }) => name)).not.toContain('program');
    });
  });

  it('is told in the log once it has run for a while, with its end', async () => {
    await hosted(async ({ terminal }) => {
      terminal.submit(`${write('a.mjs', ENDLESS)}; await run('a.mjs', 1, 'x y').catch(() => 0)`);
      const { terminal: by, entry, args } = await program(terminal, 1);
      expect([by, entry, args]).toEqual(['input 1', 'a.mjs', ['1', 'x y']]);
      terminal.interrupt(['program', 1]);
      const ended = (name: string) => (name === 'exit' ? true : undefined);
      await terminal.find((item) => (item.kind === 'event' ? ended(item.event.name) : undefined));
    });
  });

  const ENDS: readonly (readonly [what: string, code: string, shown: string])[] = [
    ['the exit status where nothing is exported', 'process.exitCode = 3', '{ code: 3 }'],
    ['what CommonJS exports', 'module.exports = [1]', '[ 1 ]'],
    ['a promise, awaited', 'export default Promise.resolve(undefined)', 'undefined'],
    ['an export by name', 'const x = 5; export { x as default }', '5'],
    ['what was exported before process.exit', 'export default 7; process.exit(1)', '7'],
    ['an error, with its name', 'await null; null.x', "TypeError: cannot read property 'x' of null"],
    ['one that is no error', "throw 'text'", "Error: Uncaught 'text'"],
    [
      'what is no plain data',
      'export default { a: [() => 1] }',
      'TypeError: the default export of a.mjs.a[0] is a function',
    ],
    ['a syntax error', 'const = 1', 'SyntaxError: Unexpected token'],
  ];

  it('resolves to the default export or the exit status, or rejects with the error', async () => {
    await hosted(async ({ terminal }) => {
      for (const [what, code, shown] of ENDS) {
        const name = code.startsWith('module') ? 'a.cjs' : 'a.mjs';
        const { input } = await terminal.run(`${write(name, code)}; 1`);
        expect(await message(terminal, `run('${name}')`), what).toContain(shown);
        expect(terminal.output(input + 1)).toBe('');
      }
    });
  });

  it('refuses what is no file of the session', async () => {
    await hosted(async ({ terminal }) => {
      expect(await message(terminal, "run('nope.ts')")).toContain('There is no file nope.ts in this session to run.');
      expect(await message(terminal, "run('/etc/passwd')")).toContain('leads outside /home/user');
      expect(await message(terminal, 'run(5)')).toContain('run takes the path of a session file');
    });
  });

  it('dies with its input, of which the rest is kept, and nobody hears of it', async () => {
    await hosted(async ({ terminal }) => {
      terminal.submit(`${write('a.mjs', ENDLESS)}; await run('a.mjs').finally(() => console.log('heard'))`);
      await terminal.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
      terminal.interrupt();
      expect(await terminal.done(1)).toMatchObject({ outcome: { status: 'interrupted', kept: true } });
      await terminal.server('state', ({ programs }) => programs.length === 0);
      expect(await terminal.show("[fs.existsSync('a.mjs'), fs.existsSync('never')]")).toBe('[ true, false ]');
      expect(terminal.output(1)).toBe('begun\n');
    });
  });

  it('rejects when it is killed by its number; the input goes on', async () => {
    await hosted(async ({ terminal }) => {
      terminal.submit(`${write('a.mjs', ENDLESS)}; await run('a.mjs').catch(String)`);
      await terminal.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
      await terminal.server('state', ({ programs }) => programs.includes(1));
      terminal.interrupt(['program', 1]);
      const { outcome } = await terminal.done(1);
      expect(outcome).toMatchObject({
        status: 'ok',
        string: 'Error: Program 1 (a.mjs) was killed; nothing that it wrote is kept.',
      });
      expect(await terminal.show("fs.existsSync('never')")).toBe('false');
    });
  });

  it('goes on when its input does not wait: what it wrote comes with the turn that hears of its end', async () => {
    await hosted(async ({ terminal }) => {
      await terminal.run(write('a.mjs', "import fs from 'fs'; fs.writeFileSync('out', ''); export default 5"));
      await terminal.run("void run('a.mjs').then((n) => console.log(n, fs.existsSync('out'))); fs.existsSync('out')");
      await terminal.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
      expect(terminal.output(2)).toBe('5 true\n');
    });
  });

  it('is lost with the process: what waits for it hears so, and none of it is kept', async () => {
    await hosted(async ({ terminal }, state) => {
      await terminal.run(write('a.mjs', ENDLESS));
      await terminal.run("var told = run('a.mjs').catch(String); 1");
      const next = await hostSession(state);
      expect(await next.terminal.show('await told')).toContain('run was interrupted because the session moved');
      expect(await next.terminal.show("fs.existsSync('never')")).toBe('false');
      terminal.interrupt(['program', 1]);
    });
  });
});

const CALLS: readonly (readonly [code: string, shown: string])[] = [
  ['jit((n) => { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum }, 1000)', '499500'],
  ['jit(fib, 15)', '610'],
  ['jit({ async m(list) { return list.map((x) => x * 2n) } }.m, [1n])', '[ 2n ]'],
  [
    "jit((a, b) => new Map([[a, b]]), new Float64Array(2), new Set(['x']))",
    "Map(1) { Float64Array(2) [ 0, 0 ] => Set(1) { 'x' } }",
  ],
  ['jit(() => undefined)', 'undefined'],
  ['jit(() => total + gone)', 'there is no variable gone, total. Pass what it needs as arguments'],
  ["jit((x) => { throw new RangeError('bad ' + x) }, 3)", 'RangeError: bad 3'],
  ["jit(async () => { await null; throw Object.assign(new Error('no'), { name: 'Mine' }) })", 'Mine: no'],
  ['jit(() => 1, { f() {} })', 'TypeError: arguments[0].f is a function'],
  ['jit(() => Symbol.iterator)', 'TypeError: the result is a symbol'],
  ['jit(Math.max, 1)', 'TypeError: jit cannot send a built-in or bound function'],
  ["jit((n) => 'x'.repeat(n), 4 * 1024 * 1024).then((text) => text.length)", '4194304'],
  ["jit((n) => 'x'.repeat(n), 8 * 1024 * 1024 - 1)", 'TypeError: the result is too large to be copied: over 8 MiB'],
  ['jit(5)', 'TypeError: jit takes a function'],
  ['jit(() => process.exit(4))', 'its program ended with exit status 4'],
];

it('jit gives what a function returns, or rejects with what it throws', async () => {
  await hosted(async ({ terminal }) => {
    await terminal.run('const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); let total = 1');
    for (const [code, shown] of CALLS) expect(await message(terminal, code), code).toContain(shown);
  });
});
