/** Keys while another pane than the prompt has them. */

import { expect, it } from 'vitest';
import { startApp } from './testing/app-harness.ts';

const F6 = '\x1b[17~';
const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;

it.each([
  ['the files', [F6]],
  ['the log', [F6, F6]],
])('what is typed in %s goes to the prompt', async (_, keys) => {
  const app = await startApp();
  await app.type(...keys);
  expect(app.screen()).toMatch(/Esc: prompt *$/);
  expect(await app.type('a+1', '\r')).toContain('F6 panes · .help');
  await app.type(...keys, paste('b+\n2'), '\r');
  expect(app.session.calls).toEqual(['submit ts a+1', 'submit ts b+\n2']);
});

it('what is typed in the viewer closes it and goes to the prompt', async () => {
  const app = await startApp();
  app.session.contents.set('a', { text: 'contents\n', size: 9 });
  app.session.setFiles(['a']);
  expect(await app.type(F6, '\r')).toContain('contents');
  const screen = await app.type('x = 1');
  expect(screen).not.toContain('contents');
  expect(screen).toContain('❯ x = 1');
  expect(app.terminal.cursor()).toEqual({ x: 7, y: 0 });
});

it('a space still goes through the log, and a q still closes the viewer', async () => {
  const app = await startApp();
  app.session.contents.set('a', { text: 'contents\n', size: 9 });
  app.session.setFiles(['a']);
  await app.type(F6, '\r', 'q', F6, F6, ' ');
  expect(app.terminal.lines()[0]).toMatch(/^❯ +│/);
  expect(app.screen()).toMatch(/Esc: prompt *$/);
});

it('a key of the prompt says where it belongs', async () => {
  const app = await startApp();
  for (const key of ['\x04', '\x12', '\x7f', '\t']) {
    expect(await app.type(F6, key)).toContain('Esc goes back to the prompt; so does typing.');
    await app.type('\x1b[27u');
  }
  expect(app.ended()).toBe(false);
});
