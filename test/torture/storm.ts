/**
 * A storm: several terminals work in one session while lines are cut and the server's processes are killed. Afterwards
 * everything must have happened at most once, nothing that was told may be lost, and all must have been told the same.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { nodeSockets } from '../../tui/node-socket.ts';
import type { Machine } from '../support/machine.ts';
import { ChaosProxy } from './chaos-proxy.ts';
import { Random } from './random.ts';
import { StormClient } from './storm-client.ts';
import { StormServer } from './storm-server.ts';

const CLIENTS = 4;
/** How long what is under way may take to end, once nothing disturbs it any more. */
const PATIENCE_MILLISECONDS = 60_000;

export interface StormReport {
  readonly inputs: number;
  readonly aborted: number;
  readonly losses: number;
  readonly cuts: number;
  readonly kills: number;
}

/** Rages for `milliseconds` in a session of its own, then checks. Whatever fails names the seed. */
export async function storm(machine: Machine, seed: number, milliseconds: number): Promise<StormReport> {
  try {
    return await rage(machine, seed, milliseconds);
  } catch (error) {
    throw new Error(`The storm with seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function rage(machine: Machine, seed: number, milliseconds: number): Promise<StormReport> {
  const random = new Random(seed);
  const session = `storm-${seed}`;
  const server = await StormServer.create(machine);
  const proxy = await ChaosProxy.listen(new Random(random.between(0, 2 ** 31)));
  const reach = async (isDirect: boolean) => {
    const { url, token } = await server.reach();
    return { origin: isDirect ? url : proxy.through(url), token };
  };
  const attach = (isDirect: boolean): StormClient => {
    const open = nodeSockets({ reach: () => reach(isDirect) }, session);
    return new StormClient(open, new Random(random.between(0, 2 ** 31)));
  };
  // The first line must come about; it is those after it that may fail.
  const first = attach(true);
  await first.submit('globalThis.ran = []');
  const clients = [first, ...Array.from({ length: CLIENTS - 1 }, () => attach(false))];
  await Promise.all(clients.map((client) => client.caughtUp()));
  const patience = new AbortController();
  try {
    const end = performance.now() + milliseconds;
    const isOver = (): boolean => performance.now() >= end;
    proxy.isCalm = false;
    const working = Promise.all(
      clients.map((client, at) => work(client, `c${at}`, new Random(random.between(0, 2 ** 31)), isOver)),
    );
    working.catch(() => undefined);
    await disturb(server, proxy, random, isOver);
    proxy.isCalm = true;
    const settled = working.then(() => check(clients, attach(true)));
    await Promise.race([settled, stuck(clients, patience.signal)]);
    const outcomes = clients.flatMap(({ submissions }) => submissions.map(({ outcome }) => outcome.status));
    return {
      inputs: outcomes.length,
      aborted: outcomes.filter((status) => status === 'aborted').length,
      losses: clients.reduce((sum, { losses }) => sum + losses, 0),
      cuts: proxy.cuts,
      kills: server.kills,
    };
  } finally {
    patience.abort();
    for (const client of clients) client.close();
    proxy.close();
    server.close();
  }
}

/** Rejects when the calm after the storm has lasted too long. */
async function stuck(clients: readonly StormClient[], signal: AbortSignal): Promise<never> {
  await delay(PATIENCE_MILLISECONDS, undefined, { signal });
  const lines = clients.map((client, at) => [`c${at} ${client.situation}`, ...client.complaints].join('\n  '));
  throw new Error(`It does not come to an end:\n${lines.join('\n')}`);
}

/** Submits one input after the other. Each leaves its name in the heap. */
async function work(client: StormClient, name: string, random: Random, isOver: () => boolean): Promise<void> {
  for (let at = 0; !isOver(); at++) {
    const mark = `ran.push('${name}-${at}'); console.log('k', ran.length)`;
    const rest = random.pick(
      '',
      '',
      '; await new Promise((resolve) => setTimeout(resolve, 20))',
      '; for (let i = 0; i < 300; i++) console.log(i)',
      '; for (let i = 0; i < 3e4; i++) ran.length',
    );
    await client.submit(mark + rest);
    await delay(random.between(5, 40));
  }
}

async function disturb(server: StormServer, proxy: ChaosProxy, random: Random, isOver: () => boolean): Promise<void> {
  let killAt = performance.now() + random.between(300, 1500);
  while (!isOver()) {
    await delay(random.between(10, 250));
    if (performance.now() > killAt) {
      server.kill(server.find(random.pick('daemon', 'workerd')));
      killAt = performance.now() + random.between(1200, 3500);
    } else if (random.chance(0.6)) proxy.cut();
    else proxy.stall();
  }
}

/** `auditor` has just attached: what it is told is the log as the server has it. */
async function check(clients: readonly StormClient[], auditor: StormClient): Promise<void> {
  try {
    const outcome = await auditor.submit('JSON.stringify(ran)');
    const ran: string[] = JSON.parse(outcome.status === 'ok' ? (outcome.string ?? '') : '');
    const log = auditor.told;
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const head = log.length;
    for (const client of clients) {
      await client.hasRead(head);
      expect(client.complaints).toEqual([]);
      expect(client.told).toEqual(log);
    }
    checkInputs(
      log.map(({ event }) => JSON.parse(event)),
      ran,
    );
    // Whoever was told that an input was accepted under a number finds it there.
    const codes = new Map(inputs(log.map(({ event }) => JSON.parse(event))).map(({ input, code }) => [input, code]));
    for (const { number, code } of clients.flatMap(({ submissions }) => submissions))
      expect(codes.get(number)).toBe(code);
  } finally {
    auditor.close();
  }
}

type Entry = [name: string, body: { input: number; code: string; outcome: { status: string } }];

const inputs = (log: readonly Entry[]) => log.flatMap(([name, body]) => (name === 'input' ? [body] : []));

/** `ran`: the marks that the inputs left in the heap, in the order of their running. */
function checkInputs(log: readonly Entry[], ran: readonly string[]): void {
  const accepted = inputs(log);
  const ended = log.flatMap(([name, body]) => (name === 'done' ? [body] : []));
  expect(accepted.map(({ input }) => input)).toEqual(accepted.map((_, index) => index + 1));
  // However often it was sent, each was accepted once and ended once.
  const marks = accepted.flatMap(({ code }) => /'(c\d-\d+)'/.exec(code)?.[1] ?? []);
  expect(new Set(marks).size).toBe(marks.length);
  expect(ended.map(({ input }) => input).sort((a, b) => a - b)).toEqual(accepted.map(({ input }) => input));
  expect(new Set(ended.map(({ outcome }) => outcome.status))).toEqual(
    new Set(ended.some(({ outcome }) => outcome.status === 'aborted') ? ['ok', 'aborted'] : ['ok']),
  );
  // What was told to be done is in the heap once, in order; what was aborted left nothing.
  const done = new Set(ended.flatMap(({ input, outcome }) => (outcome.status === 'ok' ? [input] : [])));
  const kept = accepted.flatMap(({ input, code }) => (done.has(input) ? (/'(c\d-\d+)'/.exec(code)?.[1] ?? []) : []));
  expect(ran).toEqual(kept);
}
