/** Files over 8 MiB from code in the session: through the real Worker and kernel, into a real bucket. */

import { env, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { DurableDatabase } from '../durable-database.ts';
import { LargeFiles } from '../files/large-files.ts';
import { Orphans } from '../files/orphans.ts';
import { countNewObjects } from '../testing/bucket.ts';
import { TestSession } from '../testing/workers-client.ts';

const MiB = 1024 * 1024;

it('are written, read, appended to, cut and copied by fs.promises', async () => {
  const terminal = await new TestSession().attach();
  const added = await countNewObjects();
  await terminal.show(
    `const make = () => { const b = new Uint8Array(9 * ${MiB}); b[0] = 1; b[b.length - 1] = 2; return b }`,
  );
  await terminal.show('const ends = (b) => [b.length, ...b.subarray(0, 1), ...b.subarray(-3)]; 0');
  await terminal.show('await fs.promises.writeFile("big", make())');
  expect(await added()).toBe(1);
  expect(await terminal.show('ends(await fs.promises.readFile("big"))')).toBe(`[ ${9 * MiB}, 1, 0, 0, 2 ]`);
  expect(await terminal.show('await fs.promises.appendFile("big", "end"); fs.statSync("big").size')).toBe(
    `${9 * MiB + 3}`,
  );
  const count = await added();
  expect(await terminal.show('fs.copyFileSync("big", "copy"); fs.statSync("copy").size')).toBe(`${9 * MiB + 3}`);
  expect(await added()).toBe(count);
  expect(await terminal.show('await fs.promises.truncate("copy", 3); fs.readFileSync("copy")')).toBe(
    '<Buffer 01 00 00>',
  );
  const callback = 'await new Promise((done, failed) => fs.readFile("big", (e, b) => e ? failed(e) : done(ends(b))))';
  expect(await terminal.show(callback)).toBe(`[ ${9 * MiB + 3}, 1, 101, 110, 100 ]`);
});

it('are named by the synchronous calls, which cannot take them', async () => {
  const terminal = await new TestSession().attach();
  await terminal.show(`await fs.promises.writeFile("big", new Uint8Array(8 * ${MiB} + 1))`);
  await terminal.show(`fs.writeFileSync("small", new Uint8Array(8 * ${MiB}))`);
  for (const call of [
    'readFileSync("big")',
    'appendFileSync("small", "x")',
    `writeFileSync("new", new Uint8Array(8 * ${MiB} + 1))`,
  ]) {
    const { outcome } = await terminal.run(`fs.${call}`);
    expect(outcome).toMatchObject({ status: 'error', message: expect.stringMatching(/^EFBIG: .*fs\.promises/) });
  }
  for (const [call, code] of [
    ['writeFile("none/big", new Uint8Array(9e6))', 'ENOENT'],
    ['writeFile("big", new Uint8Array(9e6), { flag: "wx" })', 'EEXIST'],
    ['writeFile("big", "x", { flag: "r+" })', 'EFBIG'],
    ['readFile("none")', 'ENOENT'],
  ]) {
    expect((await terminal.run(`await fs.promises.${call}`)).outcome).toMatchObject({
      status: 'error',
      message: expect.stringContaining(`${code}: `),
    });
  }
});

it('are written by what goes on after its input', async () => {
  const terminal = await new TestSession().attach();
  await terminal.show('let ended = 0; fs.promises.writeFile("late", new Uint8Array(9e6)).then(() => ended++); 0');
  await terminal.show('setTimeout(() => fs.promises.writeFile("later", new Uint8Array(9e6)).then(() => ended++)); 0');
  await terminal.show('while (ended < 2) await new Promise((resolve) => setTimeout(resolve, 10))');
  expect(await terminal.show('[fs.statSync("late").size, fs.statSync("later").size]')).toBe('[ 9000000, 9000000 ]');
});

it('leave nothing behind when their input is rolled back', async () => {
  const session = new TestSession();
  const terminal = await session.attach();
  const added = await countNewObjects();
  await terminal.show('let kept = 1');
  const code = `await fs.promises.writeFile("gone", new Uint8Array(9e6)); kept = 2; console.log("written");
    const spin = () => queueMicrotask(spin); for (let n = 0; n < 2000; n++) spin(); await new Promise(() => {})`;
  terminal.submit(code);
  await terminal.find((item) => (item.kind === 'event' && item.event.name === 'output' ? true : undefined));
  expect(await added()).toBe(1);
  terminal.interrupt();
  expect((await terminal.done(2)).outcome).toMatchObject({ status: 'interrupted', kept: false });
  expect(await terminal.show('[kept, fs.existsSync("gone")]')).toBe('[ 1, false ]');
  await runInDurableObject(session.stub, async (_, { storage }) => {
    expect(await storage.getAlarm()).not.toBeNull();
    const large = new LargeFiles(env.FILES, new Orphans(new DurableDatabase(storage)), () => undefined);
    expect(await large.collectOrphans(10)).toBe(1);
  });
  expect(await added()).toBe(0);
});
