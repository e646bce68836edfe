/** Tab: what it inserts and offers, in code and in dot commands. */

import { describe, expect, it } from 'vitest';
import { startApp } from './testing/app-harness.ts';

it('completes with a row of candidates', async () => {
  const app = await startApp();
  app.session.completion = { from: 8, to: 9, candidates: ['log', 'logger', 'lo\x1b[2Jx'] };
  const screen = await app.type('console.l', '\t');
  expect(screen).toContain('❯ console.lo ');
  expect(screen).toMatch(/ {2}log {2}logger {2}lo\ufffd\[2Jx +│/);
  expect(await app.type('\t')).toContain('❯ console.log ');
  expect(app.screen()).toContain('lo\ufffd[2Jx  1/3');
  expect(await app.type('\t')).toContain('❯ console.logger ');
  expect(await app.type('(')).not.toContain('lo\ufffd');
  expect(app.session.calls).toEqual(['complete console.l']);
});

it('says how many candidates there is no room for', async () => {
  const app = await startApp({ columns: 60 });
  app.session.completion = { from: 0, to: 1, candidates: Array.from({ length: 30 }, (_, i) => `name${i + 10}`) };
  expect(await app.type('n', '\t')).toMatch(/^ {2}name10 {2}.*name15 {2}… 24 more$/m);
});

describe('a dot command', () => {
  async function tabbed(...chunks: string[]): Promise<string | undefined> {
    const app = await startApp();
    app.session.setFiles(['.env', 'app.ts', 'data/', 'data/tides.csv', "it's.ts", 'my dir/', 'my dir/a.ts']);
    app.session.onThisMachine.set('', [
      { name: 'api.ts', isDirectory: false },
      { name: 'app.ts', isDirectory: false },
      { name: 'src', isDirectory: true },
    ]);
    app.session.onThisMachine.set('src/', [{ name: 'main.ts', isDirectory: false }]);
    app.session.update({
      programs: [
        { id: 3, name: 'a.ts', state: 'exit 0' },
        { id: 12, name: 'b.ts', state: 'running' },
      ],
    });
    const entry = { revision: 1, at: 0, cause: 'input', causeNumber: 1, code: 'x', milliseconds: 1, heapBytes: 1 };
    const rest = { files: 0, path: null, restored: null, origin: null, isStep: true, checkpoints: ['monday'] };
    app.session.past = { entries: [{ ...entry, ...rest }], undo: null, redo: null, oldest: 1 };
    // Each after the answer to the one before it.
    for (const chunk of chunks) await app.type(chunk);
    await app.type('|');
    expect(app.session.calls).toEqual([]);
    return /^❯ (.*?\|)/.exec(app.terminal.lines()[0] ?? '')?.[1];
  }

  it.each([
    ['its name', ['.unn\x7f', '\t'], '.undo|'],
    ['its name, before what it takes', ['.chec', '\t'], '.checkpoint |'],
    ['its name in capitals', ['.SER', '\t'], '.serve |'],
    ['what names share', ['.re', '\t', 's', '\t'], '.res|'],
    ['a file of the session', ['.serve ap', '\t'], '.serve app.ts |'],
    ['a file of this machine', ['.run api', '\t'], '.run api.ts |'],
    ['what two files share', ['.run a', '\t'], '.run ap|'],
    ['a directory, and what is in it', ['.serve d', '\t', '\t'], '.serve data/tides.csv |'],
    ['a local directory, and what is in it', ['.run s', '\t', '\t'], '.run src/main.ts |'],
    ['a name with a space', ['.run m', '\t', '\t'], ".run 'my dir/a.ts' |"],
    ['a name with a quote', ['.run i', '\t'], '.run "it\'s.ts" |'],
    ['an argument, in quotes', ['.run "app.ts" x "da', '\t'], '.run "app.ts" x data/|'],
    ['a hidden file when asked for', ['.serve .', '\t'], '.serve .env |'],
    ['nothing hidden else', ['.serve ', '\t', 'x'], '.serve x|'],
    ['a checkpoint', ['.restore m', '\t'], '.restore monday |'],
    ['a running program', ['.kill ', '\t'], '.kill 12 |'],
    ['nothing where there is nothing to name', ['.goto 1', '\t'], '.goto 1|'],
  ])('completes %s', async (_, chunks, expected) => {
    expect(await tabbed(...chunks)).toBe(expected);
  });

  it('offers names and files', async () => {
    const app = await startApp();
    app.session.setFiles(['a.ts', 'b.ts', 'dir/']);
    expect(await app.type('.re', '\t')).toMatch(/ {2}\.redo {2}\.restore {2}\.reset {2}\.replay +│/);
    await app.type('\x03', '.serve ');
    expect(await app.type('\t')).toMatch(/ {2}a\.ts {2}b\.ts {2}dir\/ +│/);
    expect(await app.type('\t', '\t')).toContain('❯ .serve b.ts ');
  });

  it('leaves code that begins with a dot to the kernel', async () => {
    const app = await startApp();
    app.session.completion = { from: 1, to: 3, candidates: ['map'] };
    for (const keys of ['.ma', '\x1b\r', '.ma', '\t', '\x03', '.5', '\t']) await app.type(keys);
    expect(app.session.calls).toEqual(['complete .ma\n.ma', 'complete .5']);
  });
});
