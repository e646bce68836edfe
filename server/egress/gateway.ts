/**
 * `globalOutbound` of an isolate: all the network that the code in it has. The platform wants a service there, so each
 * gateway is the entrypoint below, told apart by its props; what it does is kept here, in the isolate of the Worker that
 * opened it. A gateway that is closed refuses everything.
 */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { entrypoint, type HasExports } from '../loopback.ts';
import { attemptOf, type EgressAttempt, egressFetch } from './egress.ts';
import type { EgressRules } from './judge.ts';

export interface GatewayOptions {
  readonly rules: EgressRules;
  /** Requests that it lets through at all, refused ones included. */
  readonly maxRequests: number;
}

interface Props {
  readonly gateway: string;
}

const open = new Map<string, Gateway>();

const ended = 'The program ended before the answer came.';

export class Gateway {
  readonly service: Fetcher;
  readonly #id = crypto.randomUUID();
  readonly #options: GatewayOptions;
  /** Under way, each with what ends it. */
  readonly #pending = new Set<(outcome: string) => void>();
  #requests = 0;
  #attempts: EgressAttempt[] = [];
  #changed: () => void = () => {};

  /** `context`: of the Worker whose exports hold `EgressGateway`. */
  constructor(context: HasExports, options: GatewayOptions) {
    this.#options = options;
    this.service = entrypoint(context, 'EgressGateway', { gateway: this.#id } satisfies Props);
    open.set(this.#id, this);
  }

  /** Refuses everything from now on. */
  close(): void {
    open.delete(this.#id);
    for (const end of this.#pending) end(ended);
    this.#changed();
  }

  /**
   * What became of each request, in the order in which that was known; ends when the gateway is closed. To be read once,
   * in the request that owns the gateway: no other may write to its streams.
   */
  async *attempts(): AsyncGenerator<EgressAttempt, void> {
    for (;;) {
      const attempts = this.#attempts;
      this.#attempts = [];
      yield* attempts;
      if (this.#attempts.length > 0) continue;
      if (!open.has(this.#id)) return;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async fetch(request: Request): Promise<Response> {
    const { maxRequests, rules } = this.#options;
    // Without a step out of this process, a guest that asks again and again would keep it from listening to anybody.
    await scheduler.wait(0);
    if (++this.#requests > maxRequests) {
      throw new TypeError(`Network access refused: ${maxRequests} requests have been made, which is the limit.`);
    }
    let isTold = false;
    const told = (attempt: EgressAttempt): void => {
      if (isTold) return;
      isTold = true;
      this.#attempts.push(attempt);
      this.#changed();
    };
    const end = (outcome: string): void => told(attemptOf(request, outcome));
    this.#pending.add(end);
    try {
      // The guest's runtime follows redirects itself: each hop comes through here.
      return await egressFetch(new Request(request, { redirect: 'manual' }), rules, told);
    } finally {
      this.#pending.delete(end);
    }
  }
}

export class EgressGateway extends WorkerEntrypoint<object, Props> {
  override async fetch(request: Request): Promise<Response> {
    const gateway = open.get(this.ctx.props.gateway);
    if (gateway === undefined) throw new TypeError('Network access refused: the program has ended.');
    return gateway.fetch(request);
  }
}
