/**
 * The engine id is committed. Heaps that users have stored open only on the engine that wrote them, so a change of the
 * id must be meant.
 */

import { readFile, writeFile } from 'node:fs/promises';

/** Throws if `file` names another engine than `id`; with `update` it is written instead. */
export async function checkEngineLock(file: string, id: string, update: boolean): Promise<void> {
  const { engine }: { engine?: unknown } = JSON.parse(await readFile(file, 'utf8'));
  if (engine === id) return;
  if (!update) {
    throw new Error(
      `The engine changed: its id is ${id}, but ${file} says ${String(engine)}. ` +
        'Heaps that users have stored open only on the engine that wrote them. ' +
        'If the change is meant, run `npm run build -- --update-engine` and commit that file.',
    );
  }
  await writeFile(file, `${JSON.stringify({ engine: id }, null, 2)}\n`);
}
