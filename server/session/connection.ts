/**
 * One socket of a session: turns bytes into client messages, checks their order, size and rate, and hands them to the
 * session. Every failure is answered with a typed error; those of the connection itself close it.
 */

import { type Message, MessageAssembler } from '../../protocol/assembler.ts';
import { CLOSE, CLOSE_FOR_ERROR, closeReason } from '../../protocol/close.ts';
import {
  type ClientMessage,
  decodeClient,
  encodeServer,
  type Role,
  type ServerBody,
  TYPE_DATA,
} from '../../protocol/control.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { CHANNEL_CONTROL, CHANNEL_LOG, decodeFrames } from '../../protocol/frame.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { FrameRate } from '../../protocol/rate.ts';
import type { Clock } from './clock.ts';
import type { Terminal, TerminalPort } from './terminal.ts';
import { Uploads } from './uploads.ts';

type Hello = Extract<ClientMessage, { name: 'hello' }>['body'];
type Request = Exclude<ClientMessage, { name: 'hello' }>;
type About = ServerBody<'error'>['about'];

/** Who opened the socket, as its token says, and for which session. */
export interface Caller {
  readonly role: Role;
  readonly session: string;
}

/** What a connection hands on. Both may throw `ProtocolError`. */
export interface ConnectionHandler {
  /** A terminal said hello: it is attached when this returns. */
  attach(port: TerminalPort, caller: Caller, hello: Hello): Terminal;
  request(terminal: Terminal, uploads: Uploads, request: Request): void;
  detach(terminal: Terminal): void;
  /** Something failed that no client can have caused. */
  fatal(error: unknown): void;
  readonly clock: Clock;
}

/** How long a socket may stay silent before its HELLO. */
const HELLO_MILLISECONDS = 10_000;

export class Connection {
  readonly #port: TerminalPort;
  readonly #caller: Caller;
  readonly #handler: ConnectionHandler;
  readonly #assembler = new MessageAssembler(LIMITS.clientMessage);
  readonly #rate = new FrameRate();
  readonly #uploads = new Uploads();
  #terminal: Terminal | null;
  #isClosed = false;
  #cancelHello: () => void = () => undefined;

  /** `terminal`: the one that was attached over this socket before the session slept. */
  constructor(port: TerminalPort, caller: Caller, handler: ConnectionHandler, terminal: Terminal | null) {
    this.#port = port;
    this.#caller = caller;
    this.#handler = handler;
    this.#terminal = terminal;
    if (terminal === null)
      this.#cancelHello = handler.clock.after(HELLO_MILLISECONDS, () =>
        this.#close(CLOSE.tooSlow, 'HELLO did not come.'),
      );
  }

  receive(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    try {
      for (const frame of decodeFrames(bytes)) {
        if (!this.#rate.admit(frame, this.#handler.clock.now())) {
          throw new ProtocolError(
            'RATE',
            `More than ${LIMITS.controlFramesPerSecond} control frames came within a second. Slow down.`,
          );
        }
        const message = this.#assembler.push(frame);
        if (message !== null) this.#dispatch(message);
      }
    } catch (error) {
      this.#fail(error, null);
    }
  }

  /** A text message other than the keep-alive, which the platform answers. */
  receiveText(): void {
    this.#fail(new ProtocolError('BAD_FRAME', 'This protocol has binary messages only.'), null);
  }

  /** The line is gone, or given up: nothing goes over it any more. */
  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelHello();
    this.#uploads.abandonAll();
    if (this.#terminal !== null) this.#handler.detach(this.#terminal);
    this.#terminal = null;
  }

  #dispatch(message: Message): void {
    if (message.channel === CHANNEL_LOG) throw new ProtocolError('BAD_FRAME', 'Clients do not send log events.');
    if (message.channel !== CHANNEL_CONTROL) {
      if (message.type !== TYPE_DATA)
        throw new ProtocolError('BAD_FRAME', `Data channels have no type ${message.type}.`);
      this.#uploads.push(message);
      return;
    }
    const request = decodeClient(message);
    if (request === null) return;
    if (request.name === 'hello') {
      if (this.#terminal !== null) throw new ProtocolError('BAD_MESSAGE', 'HELLO came twice.');
      this.#cancelHello();
      this.#terminal = this.#handler.attach(this.#port, this.#caller, request.body);
      return;
    }
    if (this.#terminal === null) throw new ProtocolError('BAD_MESSAGE', `HELLO must come before ${request.name}.`);
    try {
      this.#handler.request(this.#terminal, this.#uploads, request);
    } catch (error) {
      this.#fail(error, aboutOf(request));
    }
  }

  #fail(error: unknown, about: About): void {
    if (!(error instanceof ProtocolError)) {
      this.#handler.fatal(error);
      return;
    }
    const body = { ...error.toWire(), about };
    if (this.#terminal === null) this.#port.send(encodeServer('error', body));
    else this.#terminal.fail(error.toWire(), about);
    const close = about === null ? CLOSE_FOR_ERROR[error.code] : undefined;
    if (close !== undefined) this.#close(close, error.message);
  }

  #close({ code }: { code: number }, reason: string): void {
    (this.#terminal ?? this.#port).close(code, closeReason(reason));
    this.closed();
  }
}

function aboutOf(request: Request): About {
  switch (request.name) {
    case 'submit':
    case 'run':
      return ['request', request.body.request];
    case 'query':
      return ['query', request.body.query];
    case 'interrupt':
    case 'credit':
    case 'proof':
    case 'reply':
      return null;
  }
}
