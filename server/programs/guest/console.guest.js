/** `console` with node's semantics, on the program's own stdout and stderr. */

import { performance } from 'node:perf_hooks';
import builtin from './require.guest.js';
import { renderTable } from './table.guest.js';

/** Replaces the methods of the global console. `write(name, text)` prints to `stdout` or `stderr`. */
export function installConsole(write) {
  const counts = new Map();
  const timers = new Map();
  let indent = '';

  const print = (stream, text) => {
    write(stream, `${indent === '' ? text : text.replace(/^/gm, indent)}\n`);
  };
  const out = (...args) => print('stdout', textOf(args));
  const err = (...args) => print('stderr', textOf(args));
  const group = (...args) => {
    if (args.length > 0) out(...args);
    indent += '  ';
  };
  const elapsed = (method, label, data) => {
    const start = timers.get(label);
    if (start === undefined) return err(`Warning: No such label '${label}' for console.${method}()`);
    out(`${label}: ${duration(performance.now() - start)}`, ...data);
  };

  Object.assign(globalThis.console, {
    log: out,
    info: out,
    debug: out,
    error: err,
    warn: err,
    dirxml: out,
    dir: (value, options) => print('stdout', builtin('node:util').inspect(value, { customInspect: false, ...options })),
    table(data, columns) {
      const table = renderTable(data, columns);
      if (table === null) out(data);
      else print('stdout', table);
    },
    trace(...args) {
      const error = { name: 'Trace', message: builtin('node:util').formatWithOptions({}, ...args) };
      Error.captureStackTrace(error, globalThis.console.trace);
      print('stderr', error.stack);
    },
    assert(condition, ...args) {
      if (condition) return;
      if (typeof args[0] === 'string') err(`Assertion failed: ${args[0]}`, ...args.slice(1));
      else err(...(args.length > 0 ? ['Assertion failed:', ...args] : ['Assertion failed']));
    },
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2);
    },
    count(label = 'default') {
      const count = (counts.get(`${label}`) ?? 0) + 1;
      counts.set(`${label}`, count);
      out(`${label}: ${count}`);
    },
    countReset(label = 'default') {
      if (!counts.delete(`${label}`)) err(`Warning: Count for '${label}' does not exist`);
    },
    time(label = 'default') {
      if (timers.has(`${label}`)) err(`Warning: Label '${label}' already exists for console.time()`);
      else timers.set(`${label}`, performance.now());
    },
    timeLog: (label = 'default', ...data) => elapsed('timeLog', `${label}`, data),
    timeEnd(label = 'default') {
      elapsed('timeEnd', `${label}`, []);
      timers.delete(`${label}`);
    },
  });
}

/** Most that is printed needs none of the formatting of `node:util`, which then need not be loaded. */
function textOf(args) {
  const isPlain = args.length === 1 || typeof args[0] !== 'string' || !args[0].includes('%');
  return isPlain && args.every(isSimple) ? args.map(simpleText).join(' ') : builtin('node:util').format(...args);
}

function isSimple(value) {
  return value == null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function simpleText(value) {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** Milliseconds as node's timers print them: `1.234ms`, `2.500s`, `1:02.500 (m:ss.mmm)`. */
function duration(ms) {
  if (ms < 1000) return `${Number(ms.toFixed(3))}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(3)}s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1000).toFixed(3).padStart(6, '0');
  if (minutes < 60) return `${minutes}:${seconds} (m:ss.mmm)`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds.slice(0, 2)} (h:mm:ss)`;
}
