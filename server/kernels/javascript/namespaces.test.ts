/** Which namespaces hold values. */

import { transform } from 'sucrase';
import { expect, it } from 'vitest';
import { valueNamespace } from './namespaces.ts';

const strip = (code: string): string =>
  transform(code, { transforms: ['typescript'], disableESTransforms: true, keepUnusedImports: true }).code;

it.each([
  ['namespace N { export const a = 1 }', 0],
  ['const b = 1;\n  export namespace N.M {\n  export function f() {}\n}', 15],
  ['module Old { console.log(1) }', 0],
  ['namespace A { namespace B { export class C {} } }', 0],
  ['namespace N { export enum E { A } }', 0],
])('finds that of %j', (code, at) => {
  expect(valueNamespace(code, strip)).toBe(at);
});

it.each([
  'const text = `\nnamespace N { const a = 1 }`;',
  '/*\nnamespace N { const a = 1 }\n*/ let b',
  'namespace T { export type A = 1; /* of types */ export interface B {} // alone\n}',
  'declare global { namespace NodeJS { interface ProcessEnv { A: string } } }',
  'declare global {\nnamespace G { const z: number; function f(): void }\n}',
  'declare namespace D { const a: number }',
  'const namespace = 1; namespace\n{ let k = 3 }',
  'const module = { exports: 1 };\nmodule.exports',
])('finds none in %j', (code) => {
  expect(valueNamespace(code, strip)).toBeNull();
});
