/** `files cat|get|put`: contents of files, to and from this machine. */

import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { EXIT, ExitError } from '../exit.ts';
import type { Io } from '../io.ts';
import { nodeClock } from '../node-clock.ts';
import { Progress } from '../plain/progress.ts';
import { TextStream } from '../plain/terminal-text.ts';
import type { CommandBody } from './command.ts';
import { describeFileError } from './local-files.ts';
import { SessionFiles, sessionPath, targetPath } from './session-files.ts';
import { upload } from './upload.ts';
import { openSource, PipeSource } from './upload-source.ts';

export const cat: CommandBody = async (invocation, io) => {
  const { contents } = await new SessionFiles(invocation, io).read(sessionPath(invocation.args[0] ?? ''));
  await print(contents, io);
  return EXIT.ok;
};

export const get: CommandBody = async (invocation, io) => {
  const [remote = '', local] = invocation.args;
  const path = sessionPath(remote);
  const { size, contents } = await new SessionFiles(invocation, io).read(path);
  const progress = new Progress(io, nodeClock, posix.basename(path), size);
  // Where the contents go to the terminal itself, they show how far they have come.
  if (local === '-' && io.stdout.isTty) await print(contents, io);
  else if (local === '-') await print(watched(contents, progress), io);
  else await save(watched(contents, progress), await localTarget(local ?? '.', posix.basename(path)));
  return EXIT.ok;
};

export const put: CommandBody = async (invocation, io) => {
  const [first = '', second = ''] = invocation.args;
  // A hyphen is standard input wherever it stands: `put - notes.md` and `put notes.md -` mean the same.
  const [local, remote] = second === '-' ? [second, first] : [first, second];
  const path = targetPath(remote, local === '-' ? 'stdin' : basename(local));
  const source = local === '-' ? new PipeSource(io.stdin) : await openSource(local);
  const progress = new Progress(io, nodeClock, posix.basename(path), source.announced?.size ?? null);
  try {
    await upload(invocation, io, path, source, progress);
  } finally {
    progress.end();
    await source.close();
  }
  return EXIT.ok;
};

async function* watched(contents: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  try {
    for await (const part of contents) {
      bytes += part.length;
      progress.at(bytes);
      yield part;
    }
  } finally {
    progress.end();
  }
}

/** A file may hold anything: on a terminal only its text shows. */
async function print(contents: AsyncIterable<Uint8Array>, io: Io): Promise<void> {
  const text = new TextStream(io.stdout);
  for await (const part of contents) await text.write(part);
  await text.end();
}

async function localTarget(local: string, name: string): Promise<string> {
  const isDirectory = await stat(local).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isDirectory ? join(local, name) : local;
}

/** The whole file or nothing: written beside its place, then moved there. Replaces a symbolic link, never follows it. */
async function save(contents: AsyncIterable<Uint8Array>, target: string): Promise<void> {
  const partial = join(dirname(target), `.${basename(target)}.${randomUUID()}.part`);
  try {
    const file = await open(partial, 'wx');
    try {
      for await (const part of contents) await file.writeFile(part);
    } finally {
      await file.close();
    }
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof ExitError) throw error;
    throw new ExitError(EXIT.failure, `cannot write ${target}: ${describeFileError(error)}`);
  }
}
