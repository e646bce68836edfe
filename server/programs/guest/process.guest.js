/**
 * `process` as a program expects it, and its end: exit, uncaught errors, unhandled rejections. The runtime's own takes
 * longer to be loaded than all the rest of a short program, so that is done when somebody asks for it.
 */

import { closeOutput, print, whenOverfull } from './output.guest.js';
import builtin from './require.guest.js';
import { openStreams } from './streams.guest.js';

/** What the run is given: the path of its entry, its arguments, variables and input. */
let program;
/** The runtime's, set up for the run; null until it is needed. */
let process = null;
let exitOfPlatform;
/** Wraps what a program hands over to be called later. */
let guardLater;
let exiting = false;
/** Is told of the error that ends the program, in place of standard error. */
let failed = null;

/** From here on, the error that ends the program is told to `tell` instead of being printed. */
export function whenFailed(tell) {
  failed = tell;
}

/** Lets the program find its `process`. `guard` wraps what is called back. */
export function prepareProcess(given, guard) {
  program = given;
  guardLater = guard;
  whenOverfull(abort);
  // What is asked for its descriptor is loaded.
  delete globalThis.process;
  const set = (value) => {
    Object.defineProperty(globalThis, 'process', { value, writable: true, configurable: true, enumerable: true });
  };
  Object.defineProperty(globalThis, 'process', { get: ownProcess, set, configurable: true, enumerable: true });
}

/** `process`, set up for this run. */
export function ownProcess() {
  if (process !== null) return process;
  process = builtin('/spawnpoint:runtime-process.guest.js');
  exitOfPlatform = process.exit;
  const { entry, args, env, input } = program;
  process.argv = ['node', `/home/user/${entry}`, ...args];
  process.env = { ...env };
  process.exit = exit;
  process.cwd = () => '/home/user';
  const { nextTick } = process;
  process.nextTick = (callback, ...rest) => nextTick(guardLater(callback), ...rest);
  for (const [name, value] of Object.entries(openStreams(input))) {
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
  }
  return process;
}

/** The exit status; runs the `exit` listeners unless that has happened. */
export function conclude(isSettled) {
  if (!exiting) {
    if (!isSettled && process?.exitCode === undefined) {
      ownProcess().exitCode = 13;
      print('stderr', 'Warning: Detected unsettled top-level await\n');
    }
    announceExit();
  }
  return statusOf(process?.exitCode);
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
  ownProcess().exitCode = 1;
  exitOfPlatform(1);
}

function announceExit() {
  if (exiting) return;
  exiting = true;
  try {
    process?.emit('exit', statusOf(process.exitCode));
  } catch (error) {
    process.exitCode = 7;
    print('stderr', `Uncaught ${describe(error)}\n`);
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
  const process = ownProcess();
  if (origin === 'unhandledRejection' && process.listenerCount('unhandledRejection') > 0) {
    process.emit(
      'unhandledRejection',
      error,
      Promise.reject(error).catch(() => {}),
    );
  } else if (process.listenerCount('uncaughtException') > 0) process.emit('uncaughtException', error, origin);
  else {
    if (failed !== null) failed(error);
    else print('stderr', `Uncaught ${describe(error)}\n`);
    exit(1);
  }
}

/** The error as node prints it. */
function describe(error) {
  try {
    return builtin('node:util').inspect(error);
  } catch {
    return 'error that cannot be shown';
  }
}
