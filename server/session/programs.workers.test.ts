/** Programs of a session whose server has no Worker Loader: in the real session, kernel and storage, in workerd. */

import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { encodeClient } from '../../protocol/control.ts';
import { encodeData } from '../../protocol/data.ts';
import { hostSession } from '../testing/hosted-session.ts';
import type { TestTerminal } from '../testing/terminal.ts';
import { TestSession } from '../testing/workers-client.ts';

async function run(terminal: TestTerminal, request: number, entry: string): Promise<unknown> {
  const rest = { sources: [], args: [], env: [], channel: 3, stdin: null, timeout: null };
  terminal.send(encodeClient('run', { request, entry, ...rest }));
  terminal.send(encodeData(3, 0, new Uint8Array(), true));
  const { number } = await terminal.server('accepted', (body) => body.request === request);
  return terminal.find((item) => {
    if (item.kind !== 'event' || item.event.name !== 'exit') return undefined;
    return item.event.body.program === number ? item.event.body : undefined;
  });
}

it('tells once that they are slow; each is one revision, and the prompt keeps its variables', async () => {
  await runInDurableObject(new TestSession().stub, async (_, state) => {
    const { terminal, check } = await hostSession(state);
    await terminal.run(
      'fs.writeFileSync(\'a.ts\', \'fs.appendFileSync("out", "x"); var mine = 2; console.log(mine)\')',
    );
    await terminal.run('var mine = 1');
    expect(await run(terminal, 901, 'a.ts')).toMatchObject({ outcome: { kind: 'exit', code: 0 } });
    expect(await run(terminal, 902, 'a.ts')).toMatchObject({ outcome: { kind: 'exit', code: 0 } });
    expect(await terminal.show("[mine, fs.readFileSync('out', 'utf8')]")).toBe("[ 1, 'xx' ]");
    const events = terminal.events();
    const notices = events.flatMap(({ name, body }) => (name === 'notice' ? [[body.level, body.text]] : []));
    expect(notices).toEqual([['warning', expect.stringContaining('slower')]]);
    const changes = events.flatMap(({ name, body }) => (name === 'files' ? [body.cause] : []));
    expect(changes.filter(([cause]) => cause === 'program')).toHaveLength(2);
    check();
  });
});
