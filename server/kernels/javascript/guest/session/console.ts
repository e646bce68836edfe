/** `console`, as Node's: formats, groups, counters, timers and tables. */

import { host } from '../core/host.ts';
import { isArray, join, lines, repeat } from '../core/primordials.ts';
import { defineGlobals, nameAll, state } from '../core/state.ts';
import { formatWithOptions, type InspectOptions, inspect } from '../print/inspect.ts';
import { table } from '../print/table.ts';

type Stream = 'stdout' | 'stderr';

const counts = new Map<string, number>();
const timers = new Map<string, number>();
let indent = '';

function write(stream: Stream, text: string): void {
  const all = indent === '' ? [text] : lines(text);
  for (let i = 0; i < all.length; i++) all[i] = indent + all[i];
  host.write(stream, `${join(all, '\n')}\n`, state.input);
}

function printTo(stream: Stream) {
  return (...values: unknown[]): void => write(stream, values.length === 0 ? '' : formatWithOptions({}, values));
}

const log = printTo('stdout');
const warn = printTo('stderr');

/** Node's units: `1.234ms`, `1.234s`, `1:02.345 (m:ss.mmm)`. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Number(milliseconds.toFixed(3))}ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(3)}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds % 60).toFixed(3).padStart(6, '0');
  if (minutes < 60) return `${minutes}:${rest} (m:ss.mmm)`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest.slice(0, 2)} (h:mm:ss)`;
}

/** What the timer shows, or undefined with a warning if there is none. */
function elapsed(label: string, method: string): string | undefined {
  const start = timers.get(label);
  if (start !== undefined) return `${label}: ${duration(host.now() - start)}`;
  warn(`Warning: No such label '${label}' for console.${method}()`);
  return undefined;
}

function group(...label: unknown[]): void {
  if (label.length > 0) log(...label);
  indent += '  ';
}

const methods = {
  log,
  info: printTo('stdout'),
  debug: printTo('stdout'),
  error: printTo('stderr'),
  warn,
  dir: (value: unknown, options?: InspectOptions) =>
    write('stdout', inspect(value, { customInspect: false, ...(typeof options === 'object' ? options : {}) })),
  dirxml: printTo('stdout'),
  assert(condition: unknown, ...values: unknown[]): void {
    if (condition) return;
    if (typeof values[0] === 'string') values[0] = `Assertion failed: ${values[0]}`;
    else values.unshift(values.length === 0 ? 'Assertion failed' : 'Assertion failed:');
    warn(...values);
  },
  trace(...values: unknown[]): void {
    const trace = { name: 'Trace', message: formatWithOptions({}, values), stack: '' };
    Error.captureStackTrace(trace, methods.trace);
    write('stderr', trace.stack);
  },
  group,
  groupCollapsed: (...label: unknown[]) => group(...label),
  groupEnd(): void {
    indent = repeat(' ', Math.max(0, indent.length - 2));
  },
  count(label: unknown = 'default'): void {
    const name = `${label}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    log(`${name}: ${count}`);
  },
  countReset(label: unknown = 'default'): void {
    if (!counts.delete(`${label}`)) warn(`Warning: Count for '${label}' does not exist`);
  },
  time(label: unknown = 'default'): void {
    const name = `${label}`;
    if (timers.has(name)) warn(`Warning: Label '${name}' already exists for console.time()`);
    else timers.set(name, host.now());
  },
  timeLog(label: unknown = 'default', ...values: unknown[]): void {
    const text = elapsed(`${label}`, 'timeLog');
    if (text !== undefined) log(text, ...values);
  },
  timeEnd(label: unknown = 'default'): void {
    const text = elapsed(`${label}`, 'timeEnd');
    if (text === undefined) return;
    timers.delete(`${label}`);
    log(text);
  },
  table(data: unknown, columns?: unknown): void {
    if (columns !== undefined && !isArray(columns)) {
      throw new TypeError('The "properties" argument must be an instance of Array.');
    }
    if (typeof data !== 'object' || data === null) log(data);
    else write('stdout', table(data, columns?.map(String)));
  },
  clear(): void {
    host.write('stdout', '\u001b[1;1H\u001b[0J', state.input);
  },
};

nameAll(methods);
const console = { ...methods };
Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });

defineGlobals({ console });
