/** The pane of variables: when it is there, and when it is brought up to date. */

import { expect, it } from 'vitest';
import type { Language, Variable } from '../client/session-view.ts';
import { startApp } from './testing/app-harness.ts';

const ENTER = '\r';
const variable = (name: string, preview: string): Variable => ({ name, type: 'number', preview });

it('follows what inputs do and the language, and is hidden again', async () => {
  const app = await startApp();
  const asked: Language[] = [];
  let variables = [variable('answer', '42')];
  app.session.variables = async (language) => {
    asked.push(language);
    return variables;
  };
  expect(app.screen()).not.toContain('Variables');
  const screen = await app.type(`.watch${ENTER}`);
  expect(screen).toMatch(/─ Variables ─+\n.* answer {2}42 *\n/);
  expect(screen.replaceAll('\n', '')).toMatch(/─ Files ─.*─ Variables ─.*─ Log ─/);

  app.session.setStatus({ busy: true });
  const key = app.session.addInput('answer++');
  variables = [variable('answer', '43'), variable('_', '42')];
  await app.settle();
  expect(app.screen()).toContain('answer  42');
  app.session.changeInput(key, { status: 'ok' });
  app.session.setStatus({ busy: false });
  await app.settle();
  await app.settle();
  expect(app.screen()).toMatch(/ answer {2}43 *\n.* _ {7}42 *\n/);

  app.session.setStatus({ terminals: ['here', 'there'] });
  await app.settle();
  expect(asked).toEqual(['ts', 'ts']);
  await app.type(`.py${ENTER}`);
  expect(asked).toEqual(['ts', 'ts', 'py']);
  expect(await app.type(`.watch${ENTER}`)).not.toContain('─ Variables');
  app.session.addInput('1', { status: 'ok' });
  await app.settle();
  expect(asked).toHaveLength(3);
});

it('counts what has no room, and shows names for what they are', async () => {
  const app = await startApp({ rows: 16 });
  app.session.variablesNow = [
    variable('x\u001b[31m', 'a\nb'),
    ...Array.from({ length: 9 }, (_, n) => variable(`n${n}`, 'y'.repeat(300))),
  ];
  const screen = await app.type(`.watch${ENTER}`);
  expect(screen).not.toContain('n3');
  expect(screen).toContain('… 7 more: .vars');
  expect(screen).toContain('n1');
});

it('says so when there are none, and when they cannot be read', async () => {
  const app = await startApp();
  expect(await app.type(`.watch${ENTER}`)).toContain('no variables yet');
  app.session.variables = () => Promise.reject(new Error('The kernel is gone.'));
  app.session.addInput('1', { status: 'ok' });
  await app.settle();
  await app.settle();
  expect(app.screen()).toContain('The variables cannot be read: The kernel is gone.');
});

it('takes no room where there is none', async () => {
  const app = await startApp({ rows: 15 });
  const screen = await app.type(`.watch${ENTER}`);
  expect(screen).not.toContain('─ Variables');
  expect(screen).toMatch(/of 72x16 or/);
});
