/** The app while an input waits for a line of its standard input. */

import { expect, it } from 'vitest';
import { startApp } from './testing/app-harness.ts';

const CTRL_C = '\x03';
const ENTER = '\r';

it('gives an input the line that it asks for', async () => {
  const app = await startApp({ rows: 10 });
  app.session.update({ ask: { input: 1, isSecret: false } });
  expect(await app.type('Ada')).toContain('? Ada');
  await app.type(ENTER);
  app.session.update({ ask: { input: 1, isSecret: true } });
  expect(await app.type('s3cret')).toContain('? ••••••');
  await app.type(ENTER, '\x1b[A');
  expect(app.screen()).not.toContain('s3cret');
  app.session.update({ ask: { input: 1, isSecret: false } });
  await app.type('\x04');
  expect(app.session.calls).toEqual(['reply "Ada"', 'reply "s3cret"', 'reply null']);
});

it('gives a program the lines that it waits for, and ends it with Ctrl-C', async () => {
  const app = await startApp({ rows: 10 });
  app.session.update({ ask: { program: 3, isSecret: false } });
  expect(await app.type('.help')).toContain('? .help');
  await app.type(ENTER);
  app.session.update({ ask: { program: 3, isSecret: false } });
  await app.type(CTRL_C);
  app.session.update({ ask: null });
  await app.type('1', ENTER);
  expect(app.session.calls).toEqual(['reply ".help"', 'kill 3', 'submit ts 1']);
});
