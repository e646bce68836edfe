/** An error is told as in the language's own REPL. */

import { expect, it } from 'vitest';
import { uncaughtText } from './uncaught.ts';

it.each([
  ['js', '5', 'Uncaught 5'],
  ['ts', 'Error: x\n    at REPL1:1:1', 'Uncaught Error: x\n    at REPL1:1:1'],
  ['py', 'Traceback (most recent call last):\nValueError: x\n', 'Traceback (most recent call last):\nValueError: x\n'],
] as const)('%s: %j', (language, text, expected) => {
  expect(uncaughtText(text, language)).toBe(expected);
});
