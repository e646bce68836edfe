/**
 * Variables across the two kernels of a session, in the real session and storage. In the place of Python there is a second
 * JavaScript kernel: what is tested is who waits for whom. With Python itself: test/e2e/python.test.ts.
 */

import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { javascriptFactory } from '../kernels/javascript/factory.ts';
import type { KernelFactory } from '../kernels/kernel.ts';
import { type HostedSession, hostSession } from '../testing/hosted-session.ts';
import { TestSession } from '../testing/workers-client.ts';

const second: KernelFactory = Object.create(javascriptFactory, { name: { value: 'python' } });
const kernels = [javascriptFactory, second];
const py = { language: 'py' } as const;

/** Requests of guests, answered when the test says so. */
class Gates {
  #begin = (): void => undefined;
  open = (): void => undefined;
  readonly begun = new Promise<void>((resolve) => {
    this.#begin = resolve;
  });
  readonly #opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });

  readonly fetch = async (): Promise<Response> => {
    this.#begin();
    await this.#opened;
    return new Response('');
  };
}

type Test = (session: HostedSession, gates: Gates, state: DurableObjectState) => Promise<void>;

function hosted(test: Test): Promise<void> {
  return runInDurableObject(new TestSession().stub, async (_, state) => {
    const gates = new Gates();
    const session = await hostSession(state, { kernels, fetch: gates.fetch });
    await test(session, gates, state);
    session.check();
  });
}

it('copies what is plain data, and says what is not', async () => {
  await hosted(async ({ terminal }) => {
    await terminal.run('let x = { a: [1n, new Date(0)], u: undefined }; const f = () => 1; let calls = 0', py);
    await terminal.run(
      'Object.defineProperty(globalThis, "got", { get() { calls++; return calls }, configurable: true })',
      py,
    );
    expect(await terminal.show('const copy = py.x; copy.a.push(2); [copy, py.x]')).toContain(
      'a: [ 1n, 1970-01-01T00:00:00.000Z, 2 ]',
    );
    const told = (code: string) => terminal.show(`(() => { try { return ${code} } catch (e) { return String(e) } })()`);
    expect(await told('py.f')).toContain('TypeError: f is a function: only plain data is copied');
    expect(await told('py.nope')).toContain('ReferenceError: JavaScript has no variable nope.');
    expect(await told("py['x; calls++']")).toContain('ReferenceError');
    expect(await told('py.got')).toContain('ReferenceError');
    expect(await told('py.x = 1')).toContain('TypeError: py.NAME can only be read from JavaScript');
    expect(await told('delete py.x')).toContain('TypeError: py.NAME can only be read');
    expect(await told('[2, 1].sort((a, b) => py.calls || a - b)')).toBe('[ 1, 2 ]');
  });
});

it('gives a variable as it is once the turn that runs there is over, before the inputs that wait', async () => {
  await hosted(async ({ terminal }, gates) => {
    await terminal.run('var x = 1; 0', py);
    terminal.submit("x = 2; await fetch('http://gate.test/'); x = 3", py);
    await gates.begun;
    terminal.submit('x = 4', py);
    const shown = terminal.show('[py.x]');
    gates.open();
    expect(await shown).toBe('[ 3 ]');
  });
});

it('stops waiting when its input is interrupted', async () => {
  await hosted(async ({ terminal }, gates) => {
    terminal.submit("var x = 1; await fetch('http://gate.test/')", py);
    await gates.begun;
    const waiting = terminal.run("console.log('asks'); py.x");
    await terminal.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
    terminal.interrupt(['input', 2]);
    expect((await waiting).outcome).toMatchObject({ status: 'interrupted', kept: true });
    gates.open();
    expect(await terminal.show('py.x')).toBe('1');
  });
});

it('lets one of two that would wait for each other go on with an error', async () => {
  await hosted(async ({ terminal }, gates) => {
    await terminal.run('var x = 1; 0', py);
    await terminal.run('var x = 2; 0');
    const asks = "await fetch('http://gate.test/'); py.x";
    const both = [terminal.run(asks), terminal.run(asks, py)];
    await gates.begun;
    gates.open();
    const outcomes = (await Promise.all(both)).map(({ outcome }) => outcome);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['error', 'ok']);
    expect(outcomes).toContainEqual(
      expect.objectContaining({
        name: 'TypeError',
        message: expect.stringContaining('they cannot wait for each other'),
      }),
    );
  });
});

it('wakes a kernel that is not in memory', async () => {
  await hosted(async ({ terminal }, gates, state) => {
    await terminal.run('var x = { deep: [1] }; 0', py);
    const next = await hostSession(state, { kernels, fetch: gates.fetch });
    expect(await next.terminal.show('py.x.deep')).toBe('[ 1 ]');
    next.check();
  });
});
