/** What people are told when two writers change the same: by whom it was written last, and of each name once. */

import { expect, it } from 'vitest';
import { decodeLog } from '../../protocol/events.ts';
import { messageOf } from '../../protocol/messages.test-support.ts';
import { makeMemoryDatabase } from '../../test/support/memory-database.ts';
import { SessionStore } from './store.ts';

const bytes = new Uint8Array(1);

it('a program that commits as it runs tells once of each file that others changed too', async () => {
  const clock = () => 0;
  const store = new SessionStore(await makeMemoryDatabase(), () => 'an epoch', clock);
  /** What a program and somebody else write at once; returns what people are told. */
  const collide = (program: number, paths: readonly string[], isEnd = false): string[] => {
    const overlay = store.files.open();
    const other = store.files.open();
    for (const path of paths) for (const writer of [overlay, other]) writer.files.write(path, bytes);
    store.commit({ cause: 'files', causeNumber: null, at: 0, overlay: other });
    const exit = { at: 0, program, milliseconds: 1, outcome: { kind: 'exit', code: 0 } } as const;
    const entries = isEnd
      ? store.endProgram(program, 0, overlay, { name: 'exit', body: exit })
      : (store.commit({ cause: 'program', causeNumber: program, at: 0, overlay })?.entries ?? []);
    return entries.flatMap(({ frames }) => {
      const message = decodeLog(messageOf(frames));
      return message?.kind === 'event' && message.event.name === 'notice' ? [message.event.body.text] : [];
    });
  };
  const told = (program: number, names: string) => [
    `Changed by two at once; the later write by program ${program} won: ${names}`,
  ];
  expect(collide(3, ['a', 'b'])).toEqual(told(3, 'a, b'));
  expect(collide(3, ['a'])).toEqual([]);
  expect(collide(3, ['a', 'c'])).toEqual(told(3, 'c'));
  const many = Array.from('abcdefghijklm');
  expect(collide(4, many.slice(0, 10))).toEqual(told(4, many.slice(0, 10).join(', ')));
  expect(collide(5, many.slice(0, 11))).toEqual(told(5, `${many.slice(0, 10).join(', ')} and 1 more`));
  expect(collide(3, ['a', 'd'], true)).toEqual(told(3, 'd'));
  expect(collide(3, ['a'])).toEqual(told(3, 'a'));
});
