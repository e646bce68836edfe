/** The app's dot commands that go through time. */

import { expect, it } from 'vitest';
import { startApp } from './testing/app-harness.ts';

const ENTER = '\r';

it('goes through time with dot commands', async () => {
  const app = await startApp({ columns: 120, rows: 40 });
  expect(await app.type(`.history${ENTER}`)).toContain('No revisions yet.');
  const entry = {
    at: 0,
    cause: 'input',
    causeNumber: 1,
    heapBytes: 2048,
    files: 1,
    path: 'f',
    restored: null,
    origin: null,
  };
  app.session.past = {
    entries: [
      { ...entry, revision: 2, code: 'n = 2', milliseconds: 3.4, isStep: true, checkpoints: [] },
      { ...entry, revision: 1, code: 'let \x1b[2Jn = 1', milliseconds: 1, isStep: true, checkpoints: ['start'] },
    ],
    undo: 1,
    redo: null,
    oldest: 1,
  };
  const listed = await app.type(`.history${ENTER}`);
  expect(listed).toMatch(/head {4}2 .* 3 ms {2}2\.0 kB {6}1 {2}n = 2/);
  expect(listed).toMatch(/undo {4}1 .* 1 ms {2}2\.0 kB {6}1 {2}\[start\] let \ufffd\[/);
  expect(await app.type(`.history 1${ENTER}`)).toContain('undo leads to revision 1');
  expect(await app.type(`.history 0${ENTER}`)).toContain('0 is no whole number from 1 on.');
  expect(await app.type(`.goto x${ENTER}`)).toContain('x is no whole number from 0 on.');
  expect(await app.type(`.replay 4${ENTER}`)).toContain('3 inputs ran again, then input 7 did not end well; 2');
  expect(await app.type(`.diff 3${ENTER}`)).toContain('Nothing differs.');
  app.session.changes = { files: [], variables: [{ name: 'n', before: 'number 1', after: 'number 2' }] };
  expect(await app.type(`.diff 1 2${ENTER}`)).toContain('~ n  number 1 → number 2');
  expect(await app.type(`.checkpoint here${ENTER}`)).toContain('Checkpoint here is revision 9.');
  expect(await app.type(`.checkpoint here --force${ENTER}`)).toContain('Checkpoint here is revision 9.');
  expect(await app.type(`.checkpoint here now${ENTER}`)).toContain('now is no option of .checkpoint.');
  expect(await app.type(`.fork other${ENTER}`)).toContain('Session other goes on from here.');
  expect(await app.type(`.redo${ENTER}`)).toContain('There is nothing to redo.');
  await app.type(`.undo${ENTER}`, `.goto 1${ENTER}`, `.restore here${ENTER}`);
  expect(app.session.calls).toEqual([
    'replay 4',
    'checkpoint here false',
    'checkpoint here true',
    'fork other null',
    '{"op":"redo"}',
    '{"op":"undo"}',
    '{"op":"goto","revision":1}',
    '{"op":"restore","name":"here"}',
  ]);
  app.session.update({ blocks: [{ kind: 'moved', key: 'moved-1', message: 'undo: back to\x1b[2J revision 3' }] });
  await app.settle();
  expect(app.screen()).toContain('── undo: back to\ufffd[2J revision 3');
  app.session.setStatus({ readOnly: true });
  expect(await app.type(`.undo${ENTER}`)).toContain('This terminal is read-only: it watches');
});
