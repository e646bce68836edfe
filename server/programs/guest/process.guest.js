/** `process` as a program expects it, and its end: exit, uncaught errors, unhandled rejections. */

import process from 'node:process';
import { inspect } from 'node:util';
import { stdin } from './input.guest.js';
import { closeOutput, stderr, stdout, whenOverfull } from './output.guest.js';

const exitOfPlatform = process.exit;
let exiting = false;
/** Is told of the error that ends the program, in place of standard error. */
let failed = null;

/** From here on, the error that ends the program is told to `tell` instead of being printed. */
export function whenFailed(tell) {
  failed = tell;
}

/** Sets what belongs to this run. `entry` is the path of the program. */
export function installProcess({ entry, args, env }) {
  process.argv = ['node', `/home/user/${entry}`, ...args];
  process.env = { ...env };
  process.exit = exit;
  process.cwd = () => '/home/user';
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
    if (failed !== null) failed(error);
    else stderr.write(`Uncaught ${describe(error)}\n`);
    exit(1);
  }
}

/** The error as node prints it. */
function describe(error) {
  try {
    return inspect(error);
  } catch {
    return 'error that cannot be shown';
  }
}
