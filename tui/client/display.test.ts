/** Things in several MIME types, as a text terminal tells of them. */

import { expect, it } from 'vitest';
import { displayText } from './display.ts';

it('shows the text and names the other forms', () => {
  const png = new Uint8Array(1234);
  expect(
    displayText([
      ['image/png', png],
      ['text/plain', '<Plot>'],
    ]),
  ).toBe('<Plot>\n[image/png, 1,234 bytes]\n');
});

it('names the forms alone where there is no text', () => {
  expect(
    displayText([
      ['text/html', '<b>é</b>'],
      ['image/svg+xml', '<svg/>'],
    ]),
  ).toBe('[text/html, 9 bytes; image/svg+xml, 6 bytes]\n');
});
