/**
 * CPython's own regression tests, in a session. Some must fail: which, and why, is in `known-failures.ts`. A failure that
 * is not there fails, and so does a test that passes though it is.
 */

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Machine } from '../../support/machine.ts';
import { type KnownModule, MODULES, TESTS_VERSION } from './known-failures.ts';
import { fetchTests } from './packages.ts';

const SESSION = 'cpython';
const RUNNER = 'run_cpython.py';
const SECONDS = 300;

let machine: Machine;
/** Why there are no tests to run; null if there are. */
let missing: string | null = null;
/** Said of each difference. */
let versions = '';

beforeAll(async () => {
  machine = await Machine.create();
  const tests = await fetchTests(Object.keys(MODULES)).catch((error: Error) => {
    missing = `CPython's tests are Debian packages, which apt-get could not download: ${error.message}`;
    console.log(missing);
  });
  if (!tests) return;
  versions = `(the tests are of Python ${tests.version}; what is known is of those of ${TESTS_VERSION})`;
  await put(await machine.file('tests.zip', tests.archive), 'tests.zip');
  await put(fileURLToPath(new URL(RUNNER, import.meta.url)), RUNNER);
  const { stderr } = await python('import zipfile; zipfile.ZipFile("tests.zip").extractall("cpython")');
  expect(stderr).toBe('');
}, 120_000);
afterAll(() => machine.dispose());

it.for(Object.entries(MODULES))('runs %s', async ([module, known], context) => {
  if (missing !== null) return context.skip(missing);
  // What the tests before left in the heap is gone.
  await machine.run(['-s', SESSION, 'reset']);
  const { stdout, stderr } = await runTests(module, '*', harmful(known));
  const outcomes = new Map<string, string>();
  const reasons = new Map<string, string>();
  for (const line of stdout.split('\n').filter((each) => each.startsWith('['))) {
    const [id, outcome, reason]: [string, string, string] = JSON.parse(line);
    // Some are there twice under one name: both must pass.
    if (outcomes.get(id) !== 'failed') outcomes.set(id, outcome);
    reasons.set(id, reason);
  }
  const count = (wanted: string): number => [...outcomes.values()].filter((outcome) => outcome === wanted).length;
  const counts = { passed: count('ok'), failed: count('failed'), skipped: count('skipped') };
  console.log(`${module}: ${JSON.stringify(counts)}`);
  const failed = [...outcomes].filter(([, outcome]) => outcome === 'failed').map(([id]) => id);
  const expected = new Set(Object.values(known.failures ?? {}).flat());
  const unexpected = failed.filter((id) => !expected.has(id)).map((id) => `${id}: ${reasons.get(id)}`);
  expect(unexpected, `fails, which is not known ${versions}\n${stderr}`).toEqual([]);
  expect(
    [...expected].filter((id) => outcomes.get(id) !== 'failed'),
    `passes, or is gone ${versions}`,
  ).toEqual([]);
  // Neither may tests skip themselves that ran before.
  expect(counts.passed, versions).toBe(known.passes);
});

it.for(Object.entries(MODULES).flatMap(([module, known]) => harmful(known).map((id) => [module, id] as const)))(
  '%s: the session goes on after %s',
  async ([module, id], context) => {
    if (missing !== null) return context.skip(missing);
    await machine.run(['-s', SESSION, 'reset']);
    await python('before = 1');
    const { stdout } = await runTests(module, id, []);
    expect(stdout, versions).not.toContain('"ok"');
    // What the test broke may only show now: then this input is the one that ends it.
    await python('import gc; gc.collect()');
    expect((await python('before')).stdout).toBe('1\n');
  },
);

function harmful(known: KnownModule): string[] {
  return Object.values(known.harmful ?? {}).flat();
}

/** Runs the tests of `module` that match `only`, but those named, in the live kernel. */
function runTests(module: string, only: string, but: readonly string[]) {
  const code = `import sys; sys.path.insert(0, '/home/user')
import run_cpython
run_cpython.run('${module}', '${only}', ${JSON.stringify(but)})`;
  return python(code);
}

const python = (code: string) => machine.run(['-s', SESSION, '-l', 'py', '--timeout', String(SECONDS), '-p', code]);

async function put(from: string, to: string): Promise<void> {
  const { stderr, status } = await machine.run(['-s', SESSION, 'files', 'put', from, to]);
  expect({ stderr, status }).toMatchObject({ status: 0 });
}
