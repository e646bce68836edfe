/** Runs one program in an isolate of its own, from its sources to its exit status. */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { NETWORK_LIMITS } from '../../egress/network-list.ts';
import { buildProgram } from '../build/build.ts';
import { BuildError } from '../build/build-error.ts';
import { ProgramSources } from '../build/sources.ts';
import { guestMain, guestModules } from '../guest/modules.ts';
import { maxResultBytes } from '../limits.ts';
import { maxPayload } from '../records.ts';
import type { RunRequest } from './request.ts';
import { AskError, type SessionLink } from './session-link.ts';
import { Sink } from './sink.ts';

export type Outcome =
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'failed'; readonly message: string };

export interface Execution {
  readonly request: RunRequest;
  /** To the session that wants it run. */
  readonly link: SessionLink;
  readonly loader: WorkerLoader;
  /** The only network the program has. */
  readonly egress: Fetcher;
}

/** The main module of the isolate, guest/main.guest.js. */
declare class Guest extends WorkerEntrypoint {
  run(program: object, sink: Sink): Promise<never>;
  save(sink: Sink): Promise<boolean>;
  finish(sink: Sink): Promise<unknown>;
  result(): Promise<unknown>;
}

/** Programs that end sooner are committed as a whole. */
const firstCommitMilliseconds = 5000;
const commitMilliseconds = 1000;

const limits = { cpuMs: 300_000, subRequests: NETWORK_LIMITS.programRequests };

/** Never rejects. The program ends with the request that this runs in, at the latest. */
export async function execute({ request, link, loader, egress }: Execution): Promise<Outcome> {
  let tellBegun = (): void => {};
  const begun = new Promise<void>((resolve) => {
    tellBegun = resolve;
  });
  // Twice: the second is taken only once the first is with the operating system, where no kill can undo it.
  const begin = async () => {
    for (let i = 0; i < 2; i++) await link.send({ type: 'begun' });
    tellBegun();
  };
  const sink = new Sink({
    begin,
    accept: ({ stream: type, bytes }) => link.send({ type, bytes }),
    input: () => link.input(),
    change: (change) => link.change(change),
    part: (path, offset, length) => link.part(path, offset, length),
  });
  const ended = new AbortController();
  try {
    const { modules, ...head } = await buildProgram(request.entry, new ProgramSources(request.sources, link));
    const worker = loader.load({
      compatibilityDate: '2026-04-01',
      compatibilityFlags: ['nodejs_compat'],
      mainModule: guestMain,
      modules: { ...modules, ...guestModules(head, request.wanted !== null) },
      env: {},
      globalOutbound: egress,
      limits,
    });
    const guest = worker.getEntrypoint<Guest>();
    const { args, env } = request;
    const files = head.usesFiles ? (await link.snapshot()).files : null;
    if (head.usesFiles) void begun.then(() => commitAsItRuns(guest, sink, link, ended.signal));
    try {
      const program = { ...head, args, env: Object.fromEntries(env), files, wanted: request.wanted };
      await guest.run(program, sink);
    } catch (error) {
      if (!isOrdinaryEnd(error)) throw error;
    }
    ended.abort();
    const code = await conclude(guest, sink);
    if (request.wanted !== null) await sendResult(await guest.result(), link);
    return { type: 'exit', code };
  } catch (error) {
    return { type: 'failed', message: isForUser(error) ? error.message : describe(error) };
  }
}

/** What a program that runs long has written is not kept until its end: others see it, and a kill does not undo it. */
async function commitAsItRuns(guest: Fetcher<Guest>, sink: Sink, link: SessionLink, ended: AbortSignal): Promise<void> {
  await scheduler.wait(firstCommitMilliseconds);
  for (; !ended.aborted; await scheduler.wait(commitMilliseconds)) {
    // A program that computes answers late or never; then nothing of it is whole.
    const isChanged = await guest.save(sink).catch(() => false);
    if (isChanged === true && !ended.aborted) await link.commit();
  }
}

/** An `exit` listener may call `process.exit` itself, which ends the first call; the second finds the work done. */
async function conclude(guest: Fetcher<Guest>, sink: Sink): Promise<number> {
  let code: unknown;
  try {
    code = await guest.finish(sink);
  } catch (error) {
    if (!isOrdinaryEnd(error)) throw error;
    code = await guest.finish(sink);
  }
  return typeof code === 'number' && Number.isInteger(code) ? code & 0xff : 1;
}

async function sendResult(result: unknown, link: SessionLink): Promise<void> {
  if (typeof result !== 'string') return;
  const bytes = new TextEncoder().encode(result);
  if (bytes.length > maxResultBytes) throw new AskError(`What it gave back has ${bytes.length} bytes: too many.`);
  for (let start = 0; start < bytes.length; start += maxPayload) {
    await link.send({ type: 'result', bytes: bytes.subarray(start, start + maxPayload) });
  }
}

/** How the platform says that a program has nothing left to wait for, or has called `process.exit`. */
function isOrdinaryEnd(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return message.includes('would never generate a response') || message.includes('process.exit(');
}

function isForUser(error: unknown): error is Error {
  return error instanceof BuildError || error instanceof AskError;
}

function describe(error: unknown): string {
  return `The program was stopped: ${error instanceof Error ? error.message : String(error)}`;
}
