/**
 * The runner: the second workerd, in which programs run, so that `while (true)` in one cannot block the sessions.
 * It is started when it is first needed or when the daemon has nothing better to do, and killed when it must be.
 */

import { get } from 'node:http';
import { PreviewGate } from './preview-gate.ts';
import { residentBytes } from './processes.ts';
import { RunnerGate } from './runner-gate.ts';
import { Silence, verdict } from './runner-health.ts';
import type { Supervisor } from './supervisor.ts';

const TICK_MS = 250;
/** How long after its last request the runner is still watched: programs leave memory behind. */
const WATCH_MS = 10_000;
/** How long after a kill its reason is told. */
const EXPLAIN_MS = 2_000;

export class Runner {
  readonly #supervisor: Supervisor;
  readonly #secret: string;
  readonly #gate: RunnerGate;
  readonly #previews: PreviewGate;
  #timer: NodeJS.Timeout | undefined;
  #lastRequest = 0;
  #beating = false;
  readonly #silence = new Silence(TICK_MS);
  #endWantedAt: number | undefined;
  #lost: { readonly reason: string; readonly at: number } | undefined;
  /** What came while an end was wanted. */
  readonly #waiting: (() => void)[] = [];

  /** `secret`: what the runner asks for. It is not started before `mayStart`. */
  constructor(supervisor: Supervisor, { secret, mayStart }: { secret: string; mayStart: Promise<void> }) {
    this.#supervisor = supervisor;
    this.#secret = secret;
    const target = async () => {
      await mayStart;
      await this.#decided();
      return supervisor.running();
    };
    // Of many short requests, none is worth a heartbeat of its own.
    this.#previews = new PreviewGate({ target, active: () => this.#attend() });
    this.#gate = new RunnerGate({
      target,
      loss: () => this.#loss(),
      active: () => this.#watch(),
      heard: () => this.#silence.heard(),
      endWanted: () => {
        this.#endWantedAt ??= performance.now();
        this.#watch();
      },
    });
  }

  /** Opens the runner's fixed address, `host:port`. The runner itself is not started. */
  listen(): Promise<string> {
    return this.#gate.listen();
  }

  /** Opens the address of previews, at `port` if that is free. Resolves with the port. */
  listenForPreviews(port: number): Promise<number> {
    return this.#previews.listen(port);
  }

  /** Starts the runner ahead of its first use. A failure shows when a program needs it. */
  warm(): void {
    this.#supervisor.running().catch(() => {});
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#supervisor.stop();
  }

  /** The reason of a kill counts for those who ask at once: they are the ones who lost by it. */
  #loss(): string | null {
    const lost = this.#lost;
    return lost !== undefined && performance.now() - lost.at < EXPLAIN_MS ? lost.reason : null;
  }

  /** While an end is wanted, the runner may have to be killed, and with it whatever is sent to it now. */
  #decided(): Promise<void> {
    if (this.#endWantedAt === undefined) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  #decide(): void {
    this.#endWantedAt = undefined;
    for (const go of this.#waiting.splice(0)) go();
  }

  #watch(): void {
    this.#attend();
    this.#beat();
  }

  #attend(): void {
    this.#lastRequest = performance.now();
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const now = performance.now();
    const silence = this.#silence.tick(now);
    const requests = this.#gate.requests + this.#previews.requests;
    if (requests + this.#previews.connections > 0 || this.#endWantedAt !== undefined) this.#lastRequest = now;
    else if (now - this.#lastRequest > WATCH_MS) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const pid = this.#supervisor.pid;
    if (pid === undefined) return;
    const reason = verdict({
      ...silence,
      endWanted: this.#endWantedAt !== undefined,
      requests,
      residentBytes: residentBytes(pid),
    });
    if (!reason) {
      this.#beat();
      return;
    }
    this.#lost = { reason, at: now };
    this.#supervisor.kill(reason);
  }

  /** Sends a heartbeat unless one is under way. Any answer will do: a runner that answers is not blocked. */
  #beat(): void {
    if (this.#beating || this.#supervisor.pid === undefined) return;
    this.#beating = true;
    this.#supervisor.running().then(
      (url) => this.#ask(url),
      () => {
        this.#beating = false;
        this.#decide();
      },
    );
  }

  #ask(url: URL): void {
    const sent = performance.now();
    this.#silence.ask(sent);
    const headers = { authorization: `Bearer ${this.#secret}` };
    get(new URL('/v1/runner/health', url), { headers, agent: false }, (response) => {
      response.resume();
      if (this.#endWantedAt !== undefined && this.#endWantedAt <= sent) this.#decide();
    })
      .on('error', () => {})
      .once('close', () => {
        this.#beating = false;
        this.#silence.answered();
        // An end that was wanted after this heartbeat was sent is decided by the next.
        if (this.#endWantedAt !== undefined && this.#endWantedAt > sent) this.#beat();
      });
  }
}
