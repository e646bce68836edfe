import { expect, it } from 'vitest';
import { TestSession } from './testing/test-session.ts';

it('evaluates', async () => {
  const session = await TestSession.open();
  for (const c of [
    '1+1',
    'const x: number = 5',
    'x',
    'x = 6',
    'let y = x; const f = () => y',
    'let y = 10',
    'f()',
    'await 7',
    'throw new Error("boo")',
    'nope',
    '_error',
    '{a:1}',
    'console.log(1)',
    'function g(){}',
    'const g = 5; g',
    'new Promise(() => {})',
    'await new Promise(r => setTimeout(r, 20)); "t"',
    'import {a} from "./n.ts"',
  ])
    console.log(c, '=>', await session.show(c));
  console.log(session.store()?.byteLength);
  await session.evaluate('1+1');
  console.log(session.store()?.byteLength);
  await session.restart();
  console.log(await session.show('f()'));
  expect(1).toBe(1);
});
