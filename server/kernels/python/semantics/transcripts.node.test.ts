/**
 * The transcripts of cpython/, asked of CPython's own console, whose word they are; and those that are interrupted, asked
 * of the driver. transcripts.workers.test.ts asks the kernel.
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPyodide } from 'pyodide';
import { beforeAll, describe, expect, it } from 'vitest';
import { stripColours, TestDriver } from '../testing/test-driver.ts';
import { readTranscripts } from './read-transcripts.ts';
import { asTranscript, type Exchange, type Group } from './transcript.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const CPYTHON = readTranscripts(join(HERE, 'cpython'));
const SESSION = readTranscripts(join(HERE, 'session'));

type Show = (code: string, typed: Exchange['typed']) => string;

function play(group: Group, show: Show): Exchange[] {
  return group.exchanges.map(({ code, typed }) => ({ code, typed, printed: asTranscript(show(code, typed)) }));
}

const isInterrupted = ({ exchanges }: Group) => exchanges.some(({ typed }) => typed.includes(null));

describe('the driver', () => {
  let driver: TestDriver;
  beforeAll(async () => {
    driver = await TestDriver.open();
  });

  it.each([...CPYTHON, ...SESSION].filter(isInterrupted))('prints what the transcript of “$title” has', (group) => {
    driver.restart();
    const show: Show = (code, typed) => {
      driver.type(...typed);
      return driver.show(code);
    };
    expect(play(group, show)).toEqual(group.exchanges);
  });
});

describe('the console of CPython 3.14', () => {
  let makeConsole: () => { show: Show; destroy(): void };
  let toPython: (value: unknown) => Exchange['typed'];
  beforeAll(async () => {
    const py = await loadPyodide();
    makeConsole = py.runPython(`${readFileSync(join(HERE, 'norm.py'), 'utf8')}\nmake`);
    toPython = (value) => py.toPy(value);
  });

  it.each(CPYTHON)('prints what the transcript of “$title” has', (group) => {
    const console = makeConsole();
    expect(play(group, (code, typed) => stripColours(console.show(code, toPython(typed))))).toEqual(group.exchanges);
    console.destroy();
  });
});
