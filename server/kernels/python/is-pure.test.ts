/** Which inputs in Python only look, so that undo passes over them. */

import { expect, it } from 'vitest';
import { isPure } from './is-pure.ts';

it.each(['x', ' größe ', '1 + 1', '2**10 / (3 - 1)', 'x?', 'str.join??', '?x', '%whos', '1 < 2'])(
  '%s only looks',
  (code) => {
    expect(isPure(code)).toBe(true);
  },
);

it.each(['f()', 'x = 1', 'x.y', 'd["a"]', 'x; f()', 'x\nf()', 'x + 1', '%reset', '%pip install a', 'del x', '[1]'])(
  '%s may change something',
  (code) => expect(isPure(code)).toBe(false),
);
