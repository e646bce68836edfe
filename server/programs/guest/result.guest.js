/** What somebody waits for of a program beside its exit status: its default export, what that returns, or its error. */

import { inspect } from 'node:util';
import { decodePlain, encodePlain } from './plain-data.guest.js';
import { whenFailed } from './process.guest.js';

/** As program.ts tells; null for a program of which only the exit status is wanted. */
let wanted = null;
let name = '';
/** @type {{ value: unknown } | null} */
let found = null;
let failure = null;

/** To be called before the program's own code runs. */
export function keepResult(what, entry) {
  wanted = what;
  name = what.parameters === null ? `the default export of ${entry}` : 'the result';
  whenFailed((error) => {
    failure = describe(error);
  });
}

export function defaultExport(value) {
  found = { value };
}

/** Once the body is through: waits for the default export, calls it if that is wanted. */
export async function takeDefault() {
  if (wanted === null || found === null) return;
  const { value } = found;
  if (wanted.parameters === null) {
    found.value = await value;
    return;
  }
  found = null;
  found = { value: await value(...decodePlain(wanted.parameters)) };
}

/** JSON of a `ProgramResult`; null if there is none. */
export function resultOf() {
  if (failure !== null) return JSON.stringify({ error: failure });
  if (wanted === null || found === null) return null;
  try {
    return `{"value":${encodePlain(found.value, name)}}`;
  } catch (error) {
    return JSON.stringify({ error: describe(error) });
  }
}

function describe(error) {
  try {
    if (error instanceof Error) return { name: `${error.name}`, message: `${error.message}`, stack: `${error.stack}` };
    return { name: 'Error', message: `Uncaught ${inspect(error)}`, stack: '' };
  } catch {
    return { name: 'Error', message: 'Uncaught error that cannot be shown', stack: '' };
  }
}
