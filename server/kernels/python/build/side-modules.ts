/**
 * Build step: the compiled parts of packages that sessions can install, as modules of the Worker. side-modules.json lists
 * them: `wheel`, the name of the wheel as the index has it, and `files`, the `.so` files in it, relative to the list. One
 * written as text (`.wat`) is assembled here.
 */

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import wabt from 'wabt';

interface Listed {
  readonly wheel: string;
  readonly files: readonly string[];
}

const DYLINK = '\u0008dylink.0';
const HEADER_BYTES = 8;

/** Writes `side-modules.js` and the modules that it imports, named by the hashes of their files, into `output`. */
export async function writeSideModules(list: string, output: string): Promise<void> {
  const listed: readonly Listed[] = JSON.parse(await readFile(list, 'utf8'));
  const lines: string[] = [];
  const hashes: string[] = [];
  for (const path of listed.flatMap(({ files }) => files)) {
    const bytes = await readSideModule(join(list, '..', path));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(output, `${sha256}.wasm`), bytes);
    lines.push(`import m${hashes.length} from './${sha256}.wasm';`);
    hashes.push(sha256);
  }
  const modules = hashes.map((sha256, at) => `'${sha256}': m${at}`).join(', ');
  lines.push(`export const modules = { ${modules} };`);
  lines.push(`export const wheels = ${JSON.stringify(listed.map(({ wheel }) => wheel))};`);
  await writeFile(join(output, 'side-modules.js'), `${lines.join('\n')}\n`);
}

/** The bytes of a side module as a wheel has them. */
export async function readSideModule(path: string): Promise<Uint8Array> {
  if (!path.endsWith('.wat')) return readFile(path);
  const module = (await wabt()).parseWat(basename(path), await readFile(path, 'utf8'), { annotations: true });
  return withDylinkFirst(Buffer.from(module.toBinary({}).buffer));
}

/** The section that tells what a module needs has to be the first; the assembler puts it elsewhere. */
function withDylinkFirst(bytes: Buffer): Uint8Array {
  const name = bytes.indexOf(DYLINK);
  const [start, end] = [name - 2, name + (bytes[name - 1] ?? 0)];
  const parts = [[0, HEADER_BYTES], [start, end], [HEADER_BYTES, start], [end]] as const;
  return Buffer.concat(parts.map(([from, to]) => bytes.subarray(from, to)));
}
