/** The global `py`: the variables of the Python kernel, each a copy made when it is asked for. */

import { hostFailure } from '../core/failures.ts';
import { host } from '../core/host.ts';
import { decodePlain } from '../core/plain-data.ts';
import { defineGlobals } from '../core/state.ts';

/** More than the engine lets pass between two polls. */
const TURNS_PER_POLL = 20_000;

/** The value of a variable. The host lets nothing go on at the next poll until the answer has come. */
function read(name: string): unknown {
  try {
    host.otherRead(name);
  } catch (thrown) {
    throw new Error(hostFailure(thrown).message);
  }
  let answer = host.otherTake();
  while (answer === null) {
    for (let turn = 0; turn < TURNS_PER_POLL; turn++);
    answer = host.otherTake();
  }
  const text = answer.slice(1);
  if (answer.startsWith('+')) return decodePlain(text);
  throw answer.startsWith('?') ? new ReferenceError(text) : new TypeError(text);
}

function refuse(): never {
  throw new TypeError('py.NAME can only be read from JavaScript: set it in a Python input.');
}

const shown = {
  [Symbol.for('nodejs.util.inspect.custom')]: () => '<the variables of the Python kernel: py.NAME is a copy of NAME>',
};

const py = new Proxy(shown, {
  get(target, name) {
    if (typeof name === 'symbol') return Reflect.get(target, name);
    // Whoever awaits `py` itself asks for this.
    return name === 'then' ? undefined : read(name);
  },
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
});

defineGlobals({ py });
