/** `%pip` in a session: what was installed can be imported, is part of the session's files, and goes with a revision. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { MountedSession } from '../testing/mounted-session.ts';
import { LoopbackIndex } from '../testing/package-index.ts';
import { installPackages } from './install.ts';

let index: LoopbackIndex;
let session: MountedSession;
beforeAll(async () => {
  index = await LoopbackIndex.start();
  index.publish({
    name: 'greeter',
    version: '1.0',
    requires: ['words'],
    files: { 'greeter.py': 'from words import hello' },
  });
  index.publish({ name: 'words', version: '2.0', files: { 'words/__init__.py': "hello = 'hello'" } });
  session = await MountedSession.open();
});
afterAll(() => index.stop());

/** Nothing can wait in plain Node: the packages are installed first, and the driver is told what became of it. */
async function pip(line: string, requirements: string[]): Promise<string> {
  const { driver } = MountedSession;
  const request = { requirements, upgrade: false, directory: '/home/user' };
  const services = { index: index.address, fetch: (each: Request) => fetch(each), files: session.files, compiled: [] };
  const result = JSON.stringify(await installPackages(request, services));
  const asked: unknown[] = [];
  driver.py.globals.set('_install', (text: string) => {
    asked.push(JSON.parse(text));
    return result;
  });
  driver.py.runPython('_spawnpoint_host.install_packages = _install');
  const printed = session.python(line);
  expect(asked).toEqual([request]);
  return printed;
}

it('installs what can be imported at once, lists it, and undo takes it back', async () => {
  expect(session.python('import greeter')).toContain('ModuleNotFoundError');
  expect(await pip("%pip install -q 'greeter>=1'", ['greeter>=1'])).toBe('Installed greeter 1.0, words 2.0.');
  expect(session.python('import greeter; greeter.hello, greeter.__file__')).toBe(
    "('hello', '/home/user/.packages/greeter.py')",
  );
  expect(await pip('%pip install greeter', ['greeter'])).toBe('greeter 1.0 is installed already.');
  expect(session.python('%pip list')).toBe('greeter 1.0\nwords 2.0');
  expect(session.python("import importlib.metadata; importlib.metadata.version('words')")).toBe("'2.0'");
  expect(session.read('.packages/greeter.py')).toBe('from words import hello');
  session.restore(1);
  expect(session.python('%pip list')).toBe('No packages are installed.');
});

it('says what went wrong', async () => {
  expect(await pip('%pip install nothing-there', ['nothing-there'])).toBe(
    'UsageError: The package index has no package nothing-there.',
  );
  expect(session.python('%pip install --target x y')).toMatch(/^UsageError: %pip does not know --target/);
  expect(session.python('%pip install')).toMatch(/^UsageError: Usage: %pip install NAME/);
});
