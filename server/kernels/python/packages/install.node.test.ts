/** Installing packages from an index on the loopback into a real file store. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeMemoryDatabase } from '../../../../test/support/memory-database.ts';
import { FileStore } from '../../../files/file-store.ts';
import type { Overlay } from '../../../files/overlay.ts';
import { createFileTables } from '../../../files/schema.ts';
import { LoopbackIndex, makeWheel } from '../testing/package-index.ts';
import { type InstallResult, installPackages } from './install.ts';

let index: LoopbackIndex;
let files: Overlay['files'];

beforeAll(async () => {
  index = await LoopbackIndex.start();
  index.publish({ name: 'six', version: '1.15.0' });
  index.publish({
    name: 'six',
    version: '1.16.0',
    files: { 'six.py': 'x = 1', 'six-1.16.0.data/purelib/extra.py': 'y = 2' },
  });
  index.publish({ name: 'six', version: '2.0rc1' });
  index.publish({ name: 'six', version: '1.17.0' }, { extra: { yanked: 'broken' } });
  index.publish({ name: 'six', version: '1.18.0' }, { extra: { 'requires-python': '>=4' } });
  index.publish({ name: 'app', version: '2.0', requires: ['Six>=1.15', 'lib[fast]~=1.0', 'nope; extra == "dev"'] });
  index.publish({ name: 'lib', version: '1.4', requires: ['turbo; extra == "Fast"', 'wine; sys_platform == "win32"'] });
  index.publish({ name: 'lib', version: '2.0' });
  index.publish({ name: 'turbo', version: '0.1' }, { withMetadata: false });
  index.publish({ name: 'old-six', version: '3', requires: ['six<1.16'] });
  index.publish({ name: 'new-six', version: '1', requires: ['six<1.16'] });
  index.publish({ name: 'new-six', version: '2', requires: ['six>=1.16'] });
  index.publish({ name: 'strict', version: '1', requires: ['six==9'] });
  index.publish({ name: 'needs', version: '1', requires: ['missing-thing'] });
  index.publish({ name: 'snake', version: '1', requiresPython: '<3' });
  index.publish({ name: 'loop', version: '1', requires: ['loop2'] });
  index.publish({ name: 'loop2', version: '1', requires: ['loop', 'x @ https://example.com/x.whl; extra == "no"'] });
  index.publish({ name: 'address', version: '1', requires: ['x @ https://example.com/x.whl'] });
  index.publish({ name: 'compiled', version: '1', tags: 'cp314-cp314-manylinux_2_28_x86_64' });
  index.publishFile('sourced', 'sourced-1.tar.gz', new Uint8Array(3));
  index.publish({ name: 'changed', version: '1' }, { extra: { hashes: { sha256: 'ab' } } });
  index.publishFile('broken', 'broken-1-py3-none-any.whl', new Uint8Array([1, 2, 3]));
  index.publish({ name: 'escape', version: '1', files: { '../outside.py': '' } });
  index.publish({ name: 'bomb', version: '1', files: { 'bomb.py': ' '.repeat(33 * 1024 * 1024) } });
  index.publish({ name: 'wide', version: '1', files: { 'wide.py': ' '.repeat(9 * 1024 * 1024) } });
});
afterAll(() => index.stop());
beforeEach(async () => {
  const db = await makeMemoryDatabase();
  createFileTables(db);
  files = new FileStore(db, () => 1000).open().files;
  index.requests.length = 0;
});

function install(requirements: string[], upgrade = false): Promise<InstallResult> {
  const request = { requirements, upgrade, directory: '/home/user/sub' };
  return installPackages(request, { index: index.address, fetch: (each) => fetch(each), files, compiled: [] });
}
const listed = () => files.list('.packages').map(({ name }) => name);

describe('installing', () => {
  it('takes the newest version that fits, and unpacks it', async () => {
    expect(await install(['six'])).toEqual({ installed: ['six 1.16.0'], present: [] });
    expect(listed()).toEqual(['extra.py', 'six-1.16.0.dist-info', 'six.py']);
    expect(await install(['SIX'])).toEqual({ installed: [], present: ['six 1.16.0'] });
  });

  it.each([
    [['six==1.15.0'], ['six 1.15.0']],
    [['six>=2.0rc1'], ['six 2.0rc1']],
    [['six<1.16,!=1.14'], ['six 1.15.0']],
    [['app'], ['app 2.0', 'lib 1.4', 'six 1.16.0', 'turbo 0.1']],
    [['lib'], ['lib 2.0']],
    [['lib[Fast]<2'], ['lib 1.4', 'turbo 0.1']],
    [
      ['lib<2', 'lib[fast]'],
      ['lib 1.4', 'turbo 0.1'],
    ],
    [
      ['old-six', 'new-six'],
      ['new-six 1', 'old-six 3', 'six 1.15.0'],
    ],
    [
      ['new-six', 'old-six'],
      ['new-six 1', 'old-six 3', 'six 1.15.0'],
    ],
    [['loop'], ['loop 1', 'loop2 1']],
    [['six; python_version < "3"', 'lib'], ['lib 2.0']],
  ])('of %j installs %j', async (requirements, installed) => {
    expect(await install(requirements)).toEqual({ installed, present: [] });
  });

  it.each([
    ['nothing-like-it', 'The package index has no package nothing-like-it.'],
    ['six==9', 'No version of six satisfies ==9; the newest is 2.0rc1.'],
    ['six==1.17.0', 'No version of six==1.17.0 is for this Python.'],
    ['strict', 'No version of six satisfies ==9; the newest is 2.0rc1.'],
    ['needs', 'The package index has no package missing-thing.'],
    ['snake', 'snake 1 needs Python <3.'],
    ['compiled', /^compiled contains compiled code.*Only pure-Python packages/],
    ['sourced', /^sourced is published as source only/],
    ['changed', /its SHA-256 differs/],
    ['broken', /is not a wheel: it cannot be unpacked/],
    ['escape', /holds “\.\.\/outside\.py”, which no package may contain/],
    ['bomb', /unpacks to more than 33554432 bytes/],
    ['wide', /^wide could not be written: /],
    ['address', /^x is wanted from an address/],
    ['x @ https://example.com/x.whl', /^x is wanted from an address/],
    ['https://example.com/x.whl', /^x-whl is wanted from an address/],
    ['../six', /is not the name of a package/],
    ['six=1', /“=1” does not say which versions of six/],
    ['six; nonsense', /The condition “nonsense” of a requirement cannot be read/],
    ['six; nothing == "1"', 'No environment marker is called nothing.'],
    ['gone-1-py3-none-any.whl', 'There is no file or directory "sub/gone-1-py3-none-any.whl".'],
    ['/etc/x-1-py3-none-any.whl', /leads outside \/home\/user/],
  ])('of %s says why not, and leaves nothing behind', async (requirement, error) => {
    const said = typeof error === 'string' ? error : expect.stringMatching(error);
    expect(await install([requirement])).toEqual({ error: said });
    expect(files.stat('.packages') === null || listed().length === 0).toBe(true);
  });

  it('says that the index cannot be reached', async () => {
    const services = { index: 'http://127.0.0.1:1/simple', fetch: (each: Request) => fetch(each), files, compiled: [] };
    const result = await installPackages({ requirements: ['six'], upgrade: false, directory: '/home/user' }, services);
    expect(result).toEqual({ error: expect.stringMatching(/^The package index at .* cannot be reached: /) });
  });

  it('keeps what is installed where it fits, and upgrades what it is told to', async () => {
    await install(['six==1.15.0']);
    expect(await install(['app'])).toMatchObject({ installed: ['app 2.0', 'lib 1.4', 'turbo 0.1'] });
    expect(await install(['six'])).toEqual({ installed: [], present: ['six 1.15.0'] });
    expect(await install(['six'], true)).toEqual({ installed: ['six 1.16.0'], present: [] });
    expect(listed().filter((name) => name.startsWith('six'))).toEqual(['six-1.16.0.dist-info', 'six.py']);
    expect(await install(['six'], true)).toEqual({ installed: [], present: ['six 1.16.0'] });
  });

  it('takes a wheel among the files, with its dependencies from the index', async () => {
    const { filename, bytes } = makeWheel({ name: 'mine', version: '0.1', requires: ['six'] });
    files.makeDirectory('sub', { recursive: false });
    files.write(`sub/${filename}`, bytes);
    expect(await install([filename])).toEqual({ installed: ['mine 0.1', 'six 1.16.0'], present: [] });
    expect(index.requests.some((path) => path.includes('mine'))).toBe(false);
    files.write('renamed.whl', bytes);
    expect(await install(['/home/user/renamed.whl'])).toEqual({
      error: expect.stringContaining('is not named as wheels are'),
    });
  });

  it('asks for each page and each description once, and downloads only what it installs', async () => {
    await install(['old-six', 'new-six']);
    expect(index.requests.length).toBe(new Set(index.requests).size);
    expect(index.requests.filter((path) => path.endsWith('.whl')).length).toBe(3);
  });
});
