/** Paths of the session: what is one, and what stays outside. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from './file-system.ts';
import { ancestorsOf, checkPath, isBelow, joinPath, parsePath, splitPath } from './paths.ts';

describe('parsePath', () => {
  it.each([
    ['a', 'a'],
    ['a/b', 'a/b'],
    ['./a//b/', 'a/b'],
    ['a/../b', 'b'],
    ['', ''],
    ['.', ''],
    ['/home/user', ''],
    ['/home/user/', ''],
    ['/home/user/a', 'a'],
    ['//home/./user/x/../y', 'y'],
    ['../user/a', 'a'],
    ['home/user', 'home/user'],
    ['...', '...'],
    ['with space/ü/🎉', 'with space/ü/🎉'],
    ['back\\slash', 'back\\slash'],
  ])('makes of %j the session path %j', (userPath, path) => {
    expect(parsePath(userPath)).toBe(path);
  });

  it.each([
    ['..', 'EACCES'],
    ['a/../..', 'EACCES'],
    ['../other/a', 'EACCES'],
    ['/', 'EACCES'],
    ['/home', 'EACCES'],
    ['/home/username', 'EACCES'],
    ['/etc/passwd', 'EACCES'],
    ['/home/user/../../etc/passwd', 'EACCES'],
    ['a\0b', 'EINVAL'],
    ['a\nb', 'EINVAL'],
    ['a\u007f', 'EINVAL'],
    ['a\u009b31m', 'EINVAL'],
    ['\ud800', 'EINVAL'],
    ['a\udfff/b', 'EINVAL'],
  ])('refuses %j with %s', (userPath, code) => {
    expect(() => parsePath(userPath)).toThrow(expect.objectContaining({ name: 'FileError', code }));
  });

  it('takes names of 255 bytes and paths of 1024, and not one more', () => {
    const name = 'ü'.repeat(127);
    expect(parsePath(`${name}x`)).toBe(`${name}x`);
    expect(() => parsePath(`${name}xx`)).toThrow(/A name of 256 bytes is too long; the limit is 255/);
    const path = `${'x'.repeat(204)}/`.repeat(5);
    expect(parsePath(path)).toBe(path.slice(0, -1));
    expect(() => parsePath(`${path}x`)).toThrow(/A path of 1026 bytes is too long; the limit is 1024/);
    expect(() => parsePath(`y${path}`)).toThrow(/A path of 1025 bytes/);
  });

  it('never leads outside, and takes its own result for the same path', () => {
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '', 'home', 'user', '~', '%2e%2e'),
      fc.string({ unit: 'binary' }),
    );
    const userPath = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(segment).map((segments) => segments.join('/')),
    );
    fc.assert(
      fc.property(userPath, (each) => {
        let path: string;
        try {
          path = parsePath(each);
        } catch (error) {
          expect(error).toBeInstanceOf(FileError);
          return;
        }
        expect(path === '' || path.split('/').every((name) => !['', '.', '..'].includes(name))).toBe(true);
        expect(parsePath(path)).toBe(path);
        expect(parsePath(`/home/user/${path}`)).toBe(path);
        expect(() => checkPath(path)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('taking paths apart', () => {
  it('splits and joins', () => {
    for (const path of ['a', 'a/b', 'a/b/c']) {
      const { parent, name } = splitPath(path);
      expect(joinPath(parent, name)).toBe(path);
    }
    expect(splitPath('a/b/c')).toEqual({ parent: 'a/b', name: 'c' });
    expect(ancestorsOf('a/b/c')).toEqual(['a', 'a/b']);
    expect(ancestorsOf('a')).toEqual([]);
  });

  it('tells what is below a directory from what merely starts like it', () => {
    expect(isBelow('a/b', 'a')).toBe(true);
    expect(isBelow('ab', 'a')).toBe(false);
    expect(isBelow('a', 'a')).toBe(false);
    expect(isBelow('a', '')).toBe(true);
  });
});
