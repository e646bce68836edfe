/** `process` as a program expects it, and its end: exit, uncaught errors, unhandled rejections. */

import process from 'node:process';
import { inspect } from 'node:util';
import { stdin } from './input.guest.js';
import { closeOutput, stderr, stdout, whenOverfull } from './output.guest.js';

const exitOfPlatform = process.exit;
let exiting = false;
/** Finds the frames on the first line of the entry, where `indent` columns are not the user's. */
let firstLine = { pattern: /(?!)/, indent: 0 };

/** Sets what belongs to this run. `entry` is the path of the program; `indent` what the build put before its first line. */
export function installProcess({ entry, args, env, indent }) {
  const path = entry.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  firstLine = { pattern: new RegExp(`(^\\s+at .*?\\b${path}:1:)(\\d+)`), indent };
  process.argv = ['node', `/home/user/${entry}`, ...args];
  process.env = { ...env };
  process.exit = exit;
  whenOverfull(abort);
  for (const [name, value] of Object.entries({ stdin, stdout, stderr })) {
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
  }
}

/** The exit status; runs the `exit` listeners unless that has happened. */
export function conclude(isSettled) {
  if (!exiting) {
    if (!isSettled && process.exitCode === undefined) {
      process.exitCode = 13;
      stderr.write('Warning: Detected unsettled top-level await\n');
    }
    announceExit();
  }
  return statusOf(process.exitCode);
}

/** Never returns: the platform ends the request at once. What was printed is in the output queue and not lost. */
function exit(code = process.exitCode) {
  process.exitCode = code;
  announceExit();
  closeOutput();
  exitOfPlatform(statusOf(process.exitCode));
}

/** Ends the program with 1 and asks nobody. */
function abort() {
  exiting = true;
  process.exitCode = 1;
  exitOfPlatform(1);
}

function announceExit() {
  if (exiting) return;
  exiting = true;
  try {
    process.emit('exit', statusOf(process.exitCode));
  } catch (error) {
    process.exitCode = 7;
    stderr.write(`Uncaught ${describe(error)}\n`);
  }
}

/** As the operating system reports it: one byte. */
function statusOf(code) {
  const status = Number(code ?? 0);
  return Number.isInteger(status) ? status & 0xff : 1;
}

/** An error that nobody caught: the program's own listener takes it, or it is printed and ends the program. */
export function uncaught(error, origin = 'uncaughtException') {
  if (exiting) return;
  if (origin === 'unhandledRejection' && process.listenerCount('unhandledRejection') > 0) {
    process.emit(
      'unhandledRejection',
      error,
      Promise.reject(error).catch(() => {}),
    );
  } else if (process.listenerCount('uncaughtException') > 0) process.emit('uncaughtException', error, origin);
  else {
    stderr.write(`Uncaught ${describe(error)}\n`);
    exit(1);
  }
}

/** A frame that names the function into which the build put the program's body. */
const ownFunction =
  /^(\s+at )(?:async )?(?:Module\.default|module\.exports|default|exports\.default|Object\.<anonymous>|Object\.body) \((.*)\)( \{)?$/;

/** The error as node prints it, without the frames that are ours. */
function describe(error) {
  let text;
  try {
    text = inspect(error);
  } catch {
    text = 'error that cannot be shown';
  }
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*spawnpoint:/.test(line))
    .map((line) => line.replace(firstLine.pattern, (_, at, column) => at + Math.max(1, column - firstLine.indent)))
    .map((line) => line.replace(ownFunction, '$1$2$3'))
    .join('\n');
}
