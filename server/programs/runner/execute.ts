/** Runs one program in an isolate of its own, from its sources to its exit status. */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { buildProgram } from '../build/build.ts';
import { BuildError } from '../build/build-error.ts';
import { guestMain, guestModules } from '../guest/modules.ts';
import { type Output, OutputSink } from './output-sink.ts';
import type { RunRequest } from './request.ts';

export type Outcome =
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'failed'; readonly message: string };

export interface Execution {
  readonly request: RunRequest;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly loader: WorkerLoader;
  /** The only network the program has. */
  readonly egress: Fetcher;
  /** Called before the first line of the program runs, which waits for it. */
  begin(): Promise<void>;
  /** Output in order; the program is slowed down while it is pending. */
  accept(output: Output): Promise<void>;
}

/** The main module of the isolate, guest/main.guest.js. */
declare class Guest extends WorkerEntrypoint {
  run(program: object, sink: OutputSink, stdin: ReadableStream<Uint8Array>): Promise<never>;
  finish(sink: OutputSink): Promise<unknown>;
}

const limits = { cpuMs: 300_000, subRequests: 1000 };

/** Never rejects. The program ends with the request that this runs in, at the latest. */
export async function execute({ request, stdin, loader, egress, begin, accept }: Execution): Promise<Outcome> {
  const sink = new OutputSink(begin, accept);
  try {
    const { modules, ...head } = buildProgram(request.entry, request.sources);
    const worker = loader.load({
      compatibilityDate: '2026-04-01',
      compatibilityFlags: ['nodejs_compat'],
      mainModule: guestMain,
      modules: { ...modules, ...guestModules },
      env: {},
      globalOutbound: egress,
      limits,
    });
    const guest = worker.getEntrypoint<Guest>();
    const { entry, args, env } = request;
    try {
      await guest.run({ ...head, entry, args, env: Object.fromEntries(env) }, sink, stdin);
    } catch (error) {
      if (!isOrdinaryEnd(error)) throw error;
    }
    return { type: 'exit', code: await conclude(guest, sink) };
  } catch (error) {
    return { type: 'failed', message: error instanceof BuildError ? error.message : describe(error) };
  }
}

/** An `exit` listener may call `process.exit` itself, which ends the first call; the second finds the work done. */
async function conclude(guest: Fetcher<Guest>, sink: OutputSink): Promise<number> {
  let code: unknown;
  try {
    code = await guest.finish(sink);
  } catch (error) {
    if (!isOrdinaryEnd(error)) throw error;
    code = await guest.finish(sink);
  }
  return typeof code === 'number' && Number.isInteger(code) ? code & 0xff : 1;
}

/** How the platform says that a program has nothing left to wait for, or has called `process.exit`. */
function isOrdinaryEnd(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return message.includes('would never generate a response') || message.includes('process.exit(');
}

function describe(error: unknown): string {
  return `The program was stopped: ${error instanceof Error ? error.message : String(error)}`;
}
