/** The guest side of a program as the Worker Loader takes it. Names under `spawnpoint:` cannot clash with a user's. */

import callbacks from './callbacks.guest.js';
import consoleModule from './console.guest.js';
import input from './input.guest.js';
import main from './main.guest.js';
import output from './output.guest.js';
import processModule from './process.guest.js';
import stack from './stack.guest.js';
import table from './table.guest.js';

const directory = 'spawnpoint:';

export const guestMain = `${directory}main.guest.js`;

export const guestModules: Readonly<Record<string, { js: string }>> = Object.fromEntries(
  Object.entries({ callbacks, console: consoleModule, input, main, output, process: processModule, stack, table }).map(
    ([name, text]) => [`${directory}${name}.guest.js`, { js: text.replaceAll("from './", `from '${directory}`) }],
  ),
);
