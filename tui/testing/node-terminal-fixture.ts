/** A small program on a `NodeTerminal` for tests: shows what it reads, and ends in the way that it is asked for. */

import { NodeTerminal } from '../node-terminal.ts';

const terminal = new NodeTerminal();
terminal.onInput((data) => {
  terminal.write(`<${JSON.stringify(data)}>`);
  if (data === 'q') terminal.close();
  if (data === 't') setTimeout(() => JSON.parse('thrown'));
  if (data === 'r') void Promise.reject(new Error('rejected'));
  if (data === 'x') process.exit(7);
  if (data === '\x1a') terminal.suspend();
});
terminal.onResize(() => terminal.write(`[${terminal.columns}x${terminal.rows}]`));
terminal.setRawMode(true);
terminal.write('ready');
