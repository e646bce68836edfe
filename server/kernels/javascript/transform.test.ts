/** What is refused before it runs, and where the error is shown; what is rewritten and keeps its lines. */

import { describe, expect, it } from 'vitest';
import { InputSyntaxError, isPlain, parseInput } from './parse-input.ts';
import { renderSyntaxError } from './syntax-error.ts';
import { prepareInput } from './transform.ts';

const nothing = { fixed: [], constant: [] };

function rewritten(code: string, answer: { fixed: string[]; constant: string[] } = nothing): string {
  return prepareInput(code, 'ts').finish(answer);
}

function errorOf(code: string, language: 'js' | 'ts' = 'ts'): InputSyntaxError {
  try {
    if (isPlain(code, language)) parseInput(code, language);
    prepareInput(code, language);
  } catch (error) {
    if (error instanceof InputSyntaxError) return error;
    throw error;
  }
  throw new Error(`no syntax error in ${code}`);
}

describe('names of an input', () => {
  it('are told apart by how they are declared', () => {
    const { names } = prepareInput(
      'let a; const { b, c: [d = 1, ...e] } = o; class F {} var g; function h() { var inner } if (g) { var i; let j }' +
        "import k, { l as m } from './x.js'",
      'js',
    );
    expect(names.lexical).toEqual(['a', 'b', 'd', 'e', 'F', 'k', 'm']);
    expect(names.constant).toEqual(['b', 'd', 'e', 'k', 'm']);
    expect(names.variable).toEqual(['h', 'g', 'i']);
  });

  it('include what is assigned to from outside', () => {
    const code = 'x = 1; y++; z ||= 2; const own = (local) => { local = 1; let z; z = 2; w -= 1 }';
    expect(prepareInput(code, 'js').names.assigned).toEqual(['x', 'y', 'w']);
  });
});

describe('rewriting', () => {
  it.each([
    'let a = 1',
    'const b = 2;\n\nclass C {}\nfunction d() {}',
    'for (const x of y) { await x }',
    'a: 1; [1,2,3]',
  ])('leaves %j alone', (code) => {
    expect(rewritten(code)).toBe(code);
  });

  it('keeps every line where it was', () => {
    const code =
      "interface A {\n  a: 1\n}\nimport {\n  one,\n  two,\n} from './x.ts'\nenum E {\n  A,\n}\nconst a: A = one;\nlast";
    const lines = rewritten(code).split('\n');
    expect(lines).toHaveLength(code.split('\n').length);
    expect(lines[11]).toBe('last');
    expect(lines[10]).toBe('const a = one;');
  });

  it('declares fixed names with var', () => {
    expect(rewritten('let f = 1; const g = 2', { fixed: ['f'], constant: [] })).toBe('var f = 1; const g = 2');
    expect(rewritten('class f {}\nf', { fixed: ['f'], constant: [] })).toBe('var f = class f {};\nf');
  });

  it.each([
    ["import './x.js'", "await import('./x.js')"],
    ["import * as ns from './x.js'", "const ns = await import('./x.js')"],
    ["import d, { a as b } from './x.js'", 'const { "default": d, "a": b } ='],
    ["import d, * as ns from './x.js'", '{ "default": d } = ns'],
    ["import j from './x.json' with { type: 'json' }", "await import('./x.json', { with: { type: 'json' } })"],
  ])('makes %s a dynamic import', (code, part) => {
    expect(rewritten(code)).toContain(part);
  });

  it('evaluates what would have been assigned to a constant', () => {
    const answer = { fixed: [], constant: ['c'] };
    for (const code of ['c = f()', 'c += f()', 'c = (f())', 'x = (c = f())']) {
      const calls: number[] = [];
      const run = new Function('c', 'f', 'x', rewritten(code, answer));
      expect(() => run(1, () => calls.push(1), 0)).toThrow('Assignment to constant variable.');
      expect(calls, code).toHaveLength(1);
    }
  });

  it('lets a logical assignment to a constant pass that assigns nothing', () => {
    const run = new Function('c', `return ${rewritten('c ||= 5', { fixed: [], constant: ['c'] })}`);
    expect(run(3)).toBe(3);
    expect(() => run(0)).toThrow('Assignment to constant variable.');
  });
});

describe('syntax errors', () => {
  it.each([
    ['let x = = 5', "Unexpected token '='", 1, 8],
    ['ok()\nfoo bar', "Unexpected identifier 'bar'", 2, 4],
    ['f(', 'Unexpected end of input', 1, 2],
    ['f(1', 'Unexpected end of input', 1, 3],
    ['"open', 'Invalid or unexpected token', 1, 0],
    ['return', 'Illegal return statement', 1, 0],
    ['let a; let a', "Identifier 'a' has already been declared", 1, 11],
    ['const n: number = 5, m: string = "s"; n n', "Unexpected identifier 'n'", 1, 40],
    ['x = 1 "two"', 'Unexpected string', 1, 6],
    ['if (x) }', "Unexpected token '}'", 1, 7],
  ])('%j: %s', (code, message, line, column) => {
    const error = errorOf(code);
    expect([error.message, error.line, error.column]).toEqual([message, line, column]);
  });

  it('point at the place in the code as it was written', () => {
    const error = errorOf('const a: Map<string, number> = new Map(); let a = 1');
    expect(error.column).toBe('const a: Map<string, number> = new Map(); let '.length);
  });

  it('show the line with a caret', () => {
    const code = 'first\n\tlet x = = 5\nlast';
    expect(renderSyntaxError(errorOf(code), code, 7).text).toBe(
      "SyntaxError: Unexpected token '='\n    at REPL7:2:10\n\n let x = = 5\n         ^",
    );
  });

  it('cut a long line around the error', () => {
    const code = `${'a, '.repeat(5_000)}=`;
    const lines = renderSyntaxError(errorOf(code, 'js'), code, 1).text.split('\n');
    expect(lines[3]?.length).toBeLessThanOrEqual(200);
    expect(lines[3]?.[lines[4]?.indexOf('^') ?? -1]).toBe('=');
  });

  it.each(['[', '(', '{ x: ', '-', 'a => ', 'async () => await ', '`${', 'a.b[', 'new '])(
    'name code of very many %j',
    (part) => {
      const code = `x = ${part.repeat(30_000)}`;
      for (const language of ['js', 'ts'] as const) expect(errorOf(code, language)).toBeInstanceOf(InputSyntaxError);
    },
  );

  it('are not made by code that is right', () => {
    for (const code of ['', '  ', '#!/usr/bin/env node\n1', '{}', '{a: 1}', '{a: 1};', 'await 1', "import('x')"]) {
      expect(() => prepareInput(code, 'ts'), code).not.toThrow();
    }
  });
});
