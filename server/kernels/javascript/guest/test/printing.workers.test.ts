/** The kernel prints values as Node 20 does. */

import { beforeAll, describe, expect, it } from 'vitest';
import { TestSession } from '../../testing/test-session.ts';
import recorded from './printing-rows.json' with { type: 'json' };

let session: TestSession;
beforeAll(async () => {
  session = await TestSession.open();
});

describe('prints as Node 20', () => {
  it.each(Object.entries(recorded))('%s', async (code, printed) => {
    expect(await session.show(`(${code})`, { language: 'js' })).toBe(printed);
  });
});
