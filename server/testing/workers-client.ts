/** For tests in workerd: attaches terminals to the real Worker, with tokens as its operator would sign them. */

import { abortAllDurableObjects, env, SELF } from 'cloudflare:test';
import { SignJWT } from 'jose';
import { encodeClient } from '../../protocol/control.ts';
import { concatBytes } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { attachPath, SUBPROTOCOL } from '../../protocol/version.ts';
import type { Sandbox } from '../sandbox.ts';
import { newClient, TestTerminal } from './terminal.ts';

export const ORIGIN = 'http://spawnpoint.test';

/** What a token says; undefined leaves a claim of a good one out. */
type Claims = Readonly<Record<string, string | number | undefined>>;

/** A token for `user`; `claims` replace those of a good one. */
export function token(user: string, claims: Claims = {}, secret: string = env.TOKEN_SECRET): Promise<string> {
  const payload = { sub: user, jti: 'a token', role: 'owner', aud: 'spawnpoint', ...claims };
  const jwt = new SignJWT(JSON.parse(JSON.stringify(payload))).setProtectedHeader({ alg: 'HS256' });
  if (!('exp' in claims)) jwt.setExpirationTime('1h');
  return jwt.sign(new TextEncoder().encode(secret));
}

export async function request(user: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!headers.has('authorization')) headers.set('authorization', `Bearer ${await token(user)}`);
  return SELF.fetch(`${ORIGIN}${path}`, { ...init, headers });
}

/** The answer to an attempt to attach. */
export function upgrade(session: string, bearer: string): Promise<Response> {
  const headers = { authorization: `Bearer ${bearer}`, upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL };
  return SELF.fetch(`${ORIGIN}${attachPath(session)}`, { headers });
}

let users = 0;

/** A session, of a user of its own unless one is given. */
export class TestSession {
  readonly user: string;
  readonly name: string;

  constructor(name = 'main', user = `user-${++users}`) {
    this.name = name;
    this.user = user;
  }

  get stub(): DurableObjectStub<Sandbox> {
    return env.SANDBOX.get(env.SANDBOX.idFromName(JSON.stringify([this.user, this.name])));
  }

  /** Settles once the session stands in its user's directory. */
  async registered(): Promise<void> {
    const account = env.ACCOUNT.get(env.ACCOUNT.idFromName(this.user));
    while (!(await account.has(this.name))) await scheduler.wait(1);
  }

  /** Ends every object at once, as a deploy does; the store stays. */
  async restart(): Promise<void> {
    await abortAllDurableObjects();
  }

  /** Lets `count` inputs wait behind what runs: as many from each of several clients as the rate allows. */
  async fillQueue(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const line = await this.attach();
      const share = Math.min(left, LIMITS.controlFramesPerSecond - 1);
      const requests = Array.from({ length: share }, (_, at) => at + 1);
      line.send(
        concatBytes(
          requests.map((request) => encodeClient('submit', { request, language: 'js', code: '0', timeout: null })),
        ),
      );
      await line.server('accepted', ({ request }) => request === share);
      line.hangUp();
      left -= share;
    }
  }

  /** A terminal with an open line that has not said hello. */
  async open({ client = newClient(), claims = {} }: { client?: string; claims?: Claims } = {}): Promise<TestTerminal> {
    const response = await upgrade(this.name, await token(this.user, claims));
    const socket = response.webSocket;
    if (!socket) throw new Error(`It was answered ${response.status}: ${await response.text()}`);
    socket.binaryType = 'arraybuffer';
    const terminal = new TestTerminal(client);
    socket.addEventListener('message', ({ data }) => {
      terminal.receive(typeof data === 'string' ? data : new Uint8Array(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      terminal.lost({ code, reason });
      socket.close();
    });
    terminal.connect(socket);
    socket.accept();
    return terminal;
  }

  /** A terminal that was welcomed. */
  async attach(
    hello: Parameters<TestTerminal['hello']>[0] = {},
    options: { client?: string; claims?: Claims } = {},
  ): Promise<TestTerminal> {
    const terminal = await this.open(options);
    terminal.hello(hello);
    await terminal.server('welcome');
    return terminal;
  }
}
