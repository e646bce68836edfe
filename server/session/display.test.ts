/** Bundles of MIME types, fitted to what a log event may hold. */

import { expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { fitBundle } from './display.ts';

const PNG = 'image/png';

it('keeps what is exactly as large as may be, and leaves out one byte more', () => {
  const room = LIMITS.display - PNG.length;
  expect(fitBundle([[PNG, new Uint8Array(room)]])).toMatchObject({ fitting: [[PNG, { length: room }]], left: [] });
  expect(fitBundle([[PNG, new Uint8Array(room + 1)]])).toEqual({ fitting: [], left: [PNG] });
});

it('keeps smaller forms behind one that is too large', () => {
  const { fitting, left } = fitBundle([
    ['text/html', 'x'.repeat(LIMITS.display)],
    ['text/plain', 'short'],
  ]);
  expect([fitting, left]).toEqual([[['text/plain', 'short']], ['text/html']]);
});

it('keeps as many forms as there may be', () => {
  const bundle = Array.from({ length: LIMITS.displayForms + 1 }, (_, index): [string, string] => [`text/${index}`, '']);
  const { fitting, left } = fitBundle(bundle);
  expect([fitting.length, left]).toEqual([LIMITS.displayForms, [`text/${LIMITS.displayForms}`]]);
});
