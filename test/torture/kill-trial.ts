/**
 * kill -9 of the daemon or of its workerd, at random instants and in places that are waited for, while several terminals
 * work in one session. After each one the session must be where its log says: nothing lost that was told, nothing done
 * twice, heap, files and kv as one.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { nodeSockets } from '../../tui/node-socket.ts';
import type { Machine } from '../support/machine.ts';
import { counting, filling, LOOKING, type TrialInput, type TrialLanguage } from './kill-inputs.ts';
import { KillLog } from './kill-log.ts';
import { Random } from './random.ts';
import { StormClient } from './storm-client.ts';
import { StormServer } from './storm-server.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

const TERMINALS = 3;
/** A round that takes longer hangs. */
const PATIENCE_MILLISECONDS = 60_000;
/** A workerd that dies over and over is started again ever more slowly, unless its daemon is a new one. */
const WORKERD_KILLS_IN_A_ROW = 3;
/** Keeps a terminal below the rate at which it would be sent away. */
const PAUSE_MILLISECONDS = 10;

/** How long a transaction that is waited for may take to come. */
const WRITE_MILLISECONDS = 2_000;

/** Where a kill is aimed at. */
const PLACES = ['evaluation', 'commit', 'compaction'] as const;
type Place = (typeof PLACES)[number];

export interface KillReport {
  readonly kills: number;
  /** Kills that met what they were aimed at: an input that ran, or a transaction that they left unfinished. */
  readonly reached: Readonly<Record<Place, number>>;
  /** Inputs that counted, by language. */
  readonly committed: Readonly<Record<TrialLanguage, number>>;
  readonly aborted: number;
  /** Moves through history. */
  readonly moves: number;
}

interface Move {
  readonly revision: number;
  readonly target: number;
}

export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  /** The chance of a round to have inputs in Python too: each such round takes a second or so longer. */
  readonly python: number;
}

/** Kills `kills` times in a session of its own, checking after each. Whatever fails names the seed. */
export async function killTrial(machine: Machine, { seed, kills, python }: KillOptions): Promise<KillReport> {
  const trial = await KillTrial.begin(machine, new Random(seed), `kill-${seed}`, python);
  try {
    while (trial.kills < kills || (trial.missing !== undefined && trial.kills < 2 * kills)) await trial.round();
    return await trial.end();
  } catch (error) {
    throw new Error(`The kill trial with seed ${seed} failed in round ${trial.rounds}.`, { cause: error });
  } finally {
    trial.close();
  }
}

class KillTrial {
  rounds = 0;
  readonly #server: StormServer;
  readonly #random: Random;
  readonly #session: string;
  readonly #clients: readonly StormClient[];
  readonly #log = new KillLog();
  /** The chance of a round to have Python in it. */
  readonly #python: number;
  #hasPython = false;
  #workerdKills = 0;
  readonly #reached: Record<Place, number> = { evaluation: 0, commit: 0, compaction: 0 };

  private constructor(server: StormServer, random: Random, session: string, python: number) {
    this.#python = python;
    this.#server = server;
    this.#random = random;
    this.#session = session;
    this.#clients = Array.from({ length: TERMINALS }, () => this.#attach());
  }

  static async begin(machine: Machine, random: Random, session: string, python: number): Promise<KillTrial> {
    const server = await StormServer.create(machine);
    await server.reach();
    const trial = new KillTrial(server, random, session, python);
    // A client gives up if its first line does not come about; those after it may fail.
    await Promise.all(trial.#clients.map((client) => client.caughtUp()));
    return trial;
  }

  get kills(): number {
    return this.#server.kills;
  }

  /** A place that no kill has met yet. */
  get missing(): Place | undefined {
    return PLACES.find((place) => this.#reached[place] === 0);
  }

  /** Works, is killed at some instant of it, and sees what is left. */
  async round(): Promise<void> {
    this.rounds += 1;
    this.#hasPython = this.#random.chance(this.#python);
    // Most kills would otherwise meet Python while it starts.
    if (this.#hasPython) await this.#withPatience(this.#count('first', 1, 'py'));
    const moves: Move[] = [];
    const { missing } = this;
    const work = this.#random.pick(
      () => this.#longInputs(),
      () => this.#burst(),
      () => this.#stream(),
      () => this.#stream(),
      () => this.#moveAbout(moves),
      ...PLACES.map((place) => () => this.#aimAt(place)),
    );
    const mayAim = this.#workerdKills < WORKERD_KILLS_IN_A_ROW;
    await this.#withPatience(missing !== undefined && mayAim ? this.#aimAt(missing) : work());
    await this.#withPatience(this.#check(moves));
  }

  /** What a terminal that comes now is told must be what all were told. */
  async end(): Promise<KillReport> {
    const late = this.#attach();
    try {
      await late.caughtUp();
      for (const client of this.#clients) expect(client.told).toEqual(late.told);
    } finally {
      late.close();
    }
    const { committed, aborted, moves } = this.#log;
    return { kills: this.kills, reached: this.#reached, committed, aborted, moves };
  }

  close(): void {
    for (const client of this.#clients) client.close();
    this.#server.close();
  }

  /** Inputs that a kill meets while they evaluate. */
  async #longInputs(): Promise<void> {
    const working = this.#clients.map((_, at) => this.#count(`${at}`, 3_000_000, this.#languageOf(at), at));
    await this.#killAfter(this.#random.between(20, 400));
    await Promise.all(working);
  }

  /** Inputs that come all at once, so that a kill meets their acceptance, or the commit of one of them. */
  async #burst(): Promise<void> {
    const working = this.#submitMany(this.#random.between(5, 25));
    await this.#killAfter(this.#random.between(5, 150));
    await Promise.all(working);
  }

  /** Inputs of which each terminal sends the next one when it was told the end of the last. */
  async #stream(): Promise<void> {
    const before = this.kills;
    const work = async (of: number): Promise<void> => {
      for (let at = 0; this.kills === before; at++) {
        await this.#count(`${of}.${at}`, 1, this.#languageOf(of), of);
        await delay(PAUSE_MILLISECONDS);
      }
    };
    const working = this.#clients.map((_, of) => work(of));
    await this.#killAfter(this.#random.between(20, 300));
    await Promise.all(working);
  }

  async #aimAt(place: Place): Promise<void> {
    const log = WriteAheadLog.newest(this.#server.home);
    const [client] = this.#clients;
    const workerd = this.#server.find('workerd');
    const named = (input: string): string => `${this.rounds}.${input}`;
    const working: Promise<unknown>[] = [];
    if (place === 'evaluation') {
      const { code, language } = counting('js', named('aimed'), 20_000_000);
      working.push(this.#submit({ code, language }));
      await client?.until(() => client.told.at(-1)?.event.includes(`//${named('aimed')}`) ?? false);
      await delay(this.#random.between(0, 200));
    } else if (place === 'commit') {
      working.push(this.#submit(filling(named('aimed'))));
      await client?.until(() => client.told.at(-1)?.event.startsWith('["output"') ?? false);
      await log.nextWrite(WRITE_MILLISECONDS);
    } else {
      // Its commit makes the chain of heaps long.
      await this.#submit(filling(named('aimed')));
      await log.nextWrite(WRITE_MILLISECONDS);
    }
    this.#server.kill(workerd);
    this.#workerdKills += 1;
    const isTorn = log.isTorn();
    await this.#server.reach();
    const outcomes = await Promise.all(working);
    const isAborted = outcomes.length > 0 && outcomes.every((outcome) => outcome === 'aborted');
    if (place === 'evaluation' ? isAborted && !isTorn : isTorn) this.#reached[place] += 1;
  }

  /** Inputs and moves through history, one after the other. Fills `moves` with those that were answered. */
  async #moveAbout(moves: Move[]): Promise<void> {
    const { url, token } = await this.#server.reach();
    const before = this.kills;
    const work = async (): Promise<void> => {
      for (let at = 0; this.kills === before; at++) {
        await this.#count(`${at}`, 1, this.#languageOf(at % 2));
        const body = JSON.stringify(
          this.#random.pick<object>(
            { op: 'undo' },
            { op: 'undo' },
            { op: 'redo' },
            { op: 'goto', revision: this.#random.between(Math.max(0, this.#log.head - 20), this.#log.head) },
          ),
        );
        const headers = { authorization: `Bearer ${token}` };
        const path = `${url}/v1/sessions/${this.#session}/history`;
        // The kill may take the answer with it.
        const response = await fetch(path, { method: 'POST', headers, body }).catch(() => null);
        const answer: unknown = await response?.json().catch(() => null);
        if (response?.ok && isMove(answer)) moves.push(answer);
      }
    };
    const working = work();
    await this.#killAfter(this.#random.between(50, 600));
    await working;
  }

  #submitMany(inputs: number): Promise<unknown>[] {
    return this.#clients.flatMap((_, of) =>
      Array.from({ length: inputs }, (_, at) => this.#count(`${of}.${at}`, 1, this.#languageOf(of), of)),
    );
  }

  async #killAfter(milliseconds: number): Promise<void> {
    await delay(milliseconds);
    const isDaemon = this.#workerdKills === WORKERD_KILLS_IN_A_ROW || this.#random.chance(0.4);
    this.#workerdKills = isDaemon ? 0 : this.#workerdKills + 1;
    this.#server.kill(this.#server.find(isDaemon ? 'daemon' : 'workerd'));
    await this.#server.reach();
  }

  async #check(moves: readonly Move[]): Promise<void> {
    const [client] = this.#clients;
    for (const { code, language } of this.#hasPython ? [LOOKING.js, LOOKING.py] : [LOOKING.js]) {
      await client?.submit(code, language);
    }
    const last = client?.told.length ?? 0;
    for (const each of this.#clients) {
      await each.hasRead(last);
      expect(each.complaints).toEqual([]);
    }
    this.#log.advance(client?.told ?? []);
    for (const move of moves) this.#log.expectMove(move);
  }

  async #withPatience<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const hang = delay(PATIENCE_MILLISECONDS, undefined, { signal: done.signal }).then(
      () => {
        const terminals = this.#clients.map(({ situation }) => `A terminal ${situation}.`);
        throw new Error([`It hangs for ${PATIENCE_MILLISECONDS} ms.`, ...terminals].join('\n'));
      },
      () => work,
    );
    try {
      return await Promise.race([work, hang]);
    } finally {
      done.abort();
    }
  }

  /** Counts once, from the terminal `of`. `name` tells the input from others of this round. */
  async #count(name: string, turns: number, counted: TrialLanguage, of = 0): Promise<void> {
    await this.#submit(counting(counted, `${this.rounds}.${name}`, turns), of);
  }

  /** Resolves with the status of its end. */
  async #submit({ code, language }: TrialInput, of = 0): Promise<string | undefined> {
    return (await this.#clients[of]?.submit(code, language))?.status;
  }

  /** One terminal works in Python, in a round that has it. */
  #languageOf(terminal: number): TrialLanguage {
    return this.#hasPython && terminal === 0 ? 'py' : 'js';
  }

  #attach(): StormClient {
    const access = async () => {
      const { url, token } = await this.#server.reach();
      return { origin: url, token };
    };
    return new StormClient(nodeSockets({ reach: access }, this.#session), this.#random);
  }
}

function isMove(answer: unknown): answer is Move {
  return typeof answer === 'object' && answer !== null && 'revision' in answer && 'target' in answer;
}
