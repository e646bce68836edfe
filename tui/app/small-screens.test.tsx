/** What a narrow or low screen shows. */

import { describe, expect, it } from 'vitest';
import { startApp } from './testing/app-harness.ts';

const F6 = '\x1b[17~';

describe.each([
  [40, 12],
  [20, 6],
])('%i columns and %i rows', (columns, rows) => {
  it('run inputs, show their results, and whether there is a connection', async () => {
    const app = await startApp({ columns, rows });
    await app.type('6*7\r');
    app.session.output('input 1', '42', 'end');
    app.session.changeInput('input 1', { status: 'ok', durationMs: 3 });
    await app.settle();
    expect(app.screen()).toContain('\n42');
    expect(app.terminal.lines().at(-1)).toMatch(/^ main · .*online *$/);
    app.session.setStatus({ connection: 'reconnecting', session: 'a-rather-long-name', readOnly: true });
    await app.settle();
    expect(app.terminal.lines().at(-1)).toContain('reconnecting…');
  });

  it('break what is said between words', async () => {
    const app = await startApp({ columns, rows: rows * 12 });
    await app.type('.help\r');
    const words = app.terminal
      .lines()
      .slice(1, -2)
      .flatMap((line) => line.trim().split(/\s+/));
    expect(words.join(' ')).toContain('run a file (session or local) as a program');
    expect(words).toContain('incomplete');
  });

  it('show the other panes one at a time, and the way back', async () => {
    const app = await startApp({ columns, rows });
    expect(await app.type(F6)).toContain('Files · Esc: ');
    expect(await app.type(F6)).toContain('Log · Esc: ');
    expect(await app.type('1')).toContain('❯ 1');
  });
});

it('says what a screen that is too small needs', async () => {
  const app = await startApp({ columns: 12, rows: 4 });
  const words = app.terminal.lines().flatMap((line) => line.trim().split(/\s+/));
  expect(words.join(' ').trim()).toBe('Too small: 12x4, needs 20x5.');
});
