/** Evaluates each message in a kernel of the product's, in some objects with the commit that a session makes of it. */

import { DurableObject } from 'cloudflare:workers';
import { DurableDatabase } from '../../../server/durable-database.ts';
import { TestSession } from '../../../server/kernels/javascript/testing/test-session.ts';
import { doneEvent, outcomeOf } from '../../../server/session/outcome.ts';
import { SessionStore } from '../../../server/session/store.ts';

interface Env {
  readonly EVALUATION: DurableObjectNamespace<Evaluation>;
}

const CLIENT = 'client-of-a-benchmark';

export class Evaluation extends DurableObject<Env> {
  readonly #store: SessionStore;
  readonly #isCommitting: boolean;
  #session: Promise<TestSession> | null = null;
  #input = 0;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    const database = new DurableDatabase(context.storage);
    this.#store = new SessionStore(
      database,
      () => crypto.randomUUID(),
      () => Date.now(),
    );
    this.#isCommitting = context.id.name?.startsWith('commit') === true;
  }

  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const code = String(message);
    this.#session ??= TestSession.open();
    const session = await this.#session;
    const outcome = outcomeOf(await session.evaluate(code), false);
    if (outcome?.status !== 'ok') throw new Error(`It ended as ${JSON.stringify(outcome)}.`);
    this.#input += 1;
    if (this.#isCommitting) this.#commit(session, code, outcome);
    socket.send(outcome.text);
  }

  #commit({ kernel }: TestSession, code: string, outcome: Parameters<typeof doneEvent>[3]): void {
    const bytes = kernel.snapshot();
    const at = Date.now();
    const number = this.#input;
    const { requests, log } = this.#store;
    this.#store.commit({
      cause: 'input',
      causeNumber: number,
      at,
      milliseconds: 1,
      ...(bytes !== null && {
        heap: { kernel: 'javascript', engine: kernel.engine, kind: 'delta', bytes, isPending: kernel.hasWork },
      }),
      begin: () => {
        requests.acceptInput({ client: CLIENT, request: number }, 'ts', code, false);
        log.append({ name: 'input', body: { at, input: number, terminal: 'a terminal', language: 'ts', code } });
        return true;
      },
      end: (revision) => doneEvent(at, number, 1, outcome, revision),
    });
  }
}

export default {
  fetch(request, env) {
    const name = new URL(request.url).searchParams.get('object') ?? '';
    return env.EVALUATION.get(env.EVALUATION.idFromName(name)).fetch(request);
  },
} satisfies ExportedHandler<Env>;
