/** What a Python file imports, as far as its text tells. */

import { dirname, join } from 'node:path';

/** `import a.b, c as d` and `from ..a import b, (c`, one statement a line. */
const statements = /^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+([^\n#]+)|import[ \t]+([^\n#]+))/gm;

/**
 * Files that may be what `file` imports, of which any number may not be there. `start` is the directory that Python
 * looks in first: that of the script.
 */
export function pythonImports(file: string, text: string, start: string): string[] {
  const found: string[] = [];
  for (const [, dots = '', from = '', names = '', modules = ''] of text.matchAll(statements)) {
    const levels = Array.from({ length: Math.max(0, dots.length - 1) }, () => '..');
    const directory = dots === '' ? start : join(dirname(file), ...levels);
    for (const name of listed(modules)) found.push(...filesOf(directory, name));
    if (modules !== '') continue;
    found.push(...filesOf(directory, from));
    // What is imported from a package may be one of its modules.
    for (const name of listed(names)) found.push(...filesOf(directory, from === '' ? name : `${from}.${name}`));
  }
  return [...new Set(found)];
}

function listed(names: string): string[] {
  return names.split(',').flatMap((each) => /^[\s(\\]*([\w.]+)/.exec(each)?.[1] ?? []);
}

/** Of `a.b`: the packages above it and itself. */
function filesOf(directory: string, module: string): string[] {
  const parts = module.split('.').filter((part) => part !== '');
  const paths = parts.map((_, index) => join(directory, ...parts.slice(0, index + 1)));
  return [join(directory, '__init__.py'), ...paths.flatMap((path) => [`${path}.py`, join(path, '__init__.py')])];
}
