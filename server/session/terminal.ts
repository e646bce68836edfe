/**
 * One attached client, seen from the session: what it may do, which log event it is to get next and how much it may be
 * sent. Knows no socket: bytes go out through a `TerminalPort`.
 */

import { CLOSE } from '../../protocol/close.ts';
import { encodeServer, type Role, type ServerBody } from '../../protocol/control.ts';
import { CreditSender } from '../../protocol/credit.ts';
import type { WireError } from '../../protocol/errors.ts';
import { concatBytes } from '../../protocol/frame.ts';
import { type ProofState, ReadingProof } from '../../protocol/proof.ts';
import type { Log, LogEntry } from './log.ts';

/** The line to a client. */
export interface TerminalPort {
  /** One message, kept whole. */
  send(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Keeps the state for when the session wakes up with this line still open. */
  save(state: TerminalState): void;
}

/** What a terminal is, as its HELLO and its token said. */
export interface TerminalIdentity {
  /** Unique among the terminals of a session. */
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  /** The client's own id: requests are deduplicated by it. */
  readonly client: string;
  /** What it submits pauses rather than outrun it. */
  readonly lossless: boolean;
  /** It knows what to do with a mark. Where it does not, the connection ends in place of waiting for proof. */
  readonly provesReading: boolean;
}

/**
 * Plain data of at most a few hundred bytes. A stale `next` or `credit.sent` only makes the terminal receive some events twice; a
 * stale `through` or mark would leave it waiting for ever, so it is saved with each grant, mark and proof.
 */
export interface TerminalState {
  readonly identity: TerminalIdentity;
  readonly next: number;
  readonly credit: { sent: number; through: number };
  /** Null before anything was sent. */
  readonly proof: ProofState | null;
}

/** Of a terminal that gets its first event yet, the one with the number `next`. */
export function newTerminalState(identity: TerminalIdentity, next: number): TerminalState {
  return { identity, next, credit: new CreditSender().save(), proof: null };
}

/** What is read from the log at once for a terminal that catches up. */
const CATCH_UP_BYTES = 64 * 1024;
/** Gathered messages are sent on before they reach this size. */
const BATCH_BYTES = 64 * 1024;

export class Terminal {
  readonly identity: TerminalIdentity;
  readonly #port: TerminalPort;
  readonly #credit: CreditSender;
  readonly #proof: ReadingProof;
  /** Number of the log event to send next. */
  #next: number;
  /** Log bytes from the next event on; null until they are measured. */
  #lag: number | null = null;
  #outbox: Uint8Array[] = [];
  #outboxBytes = 0;
  #isFlushing = false;

  constructor(port: TerminalPort, state: TerminalState) {
    this.identity = state.identity;
    this.#port = port;
    this.#credit = CreditSender.restore(state.credit);
    this.#proof = state.proof === null ? new ReadingProof() : ReadingProof.restore(state.proof);
    this.#next = state.next;
  }

  get canWrite(): boolean {
    return this.identity.role !== 'reader';
  }

  /** How many log bytes wait for this terminal's credit. */
  get lag(): number {
    return this.#lag ?? 0;
  }

  send<Name extends Parameters<typeof encodeServer>[0]>(name: Name, body: ServerBody<Name>): void {
    this.sendBytes(encodeServer(name, body));
  }

  fail(error: WireError, about: ServerBody<'error'>['about'] = null): void {
    this.send('error', { ...error, about });
  }

  /** Queues a whole message; messages queued in one turn leave together. */
  sendBytes(bytes: Uint8Array): void {
    this.#proof.recordSent(bytes.length);
    if (this.#proof.isLost) {
      this.#port.close(CLOSE.tooSlow.code, 'More was sent to this terminal than it has read. Attach again.');
      return;
    }
    this.#outbox.push(bytes);
    this.#outboxBytes += bytes.length;
    this.#askForProof();
    if (this.#proof.isSaveDue) this.save();
    if (this.#outboxBytes >= BATCH_BYTES) this.#flush();
    else if (!this.#isFlushing) {
      this.#isFlushing = true;
      queueMicrotask(() => {
        this.#isFlushing = false;
        this.#flush();
      });
    }
  }

  #askForProof(): void {
    if (!this.identity.provesReading || !this.#proof.isMarkDue) return;
    const mark = unguessable();
    this.#proof.marked(mark);
    this.send('mark', { mark });
    this.save();
  }

  #flush(): void {
    if (this.#outboxBytes === 0) return;
    const bytes = concatBytes(this.#outbox);
    this.#outbox = [];
    this.#outboxBytes = 0;
    this.#port.send(bytes);
  }

  /** A new event. Sends it if this terminal is up to date and has credit; else it is read from the log later. */
  offer(entry: LogEntry): void {
    if (this.#next === entry.seq && this.#canStream) this.#sendEntry(entry);
    else if (this.#lag !== null) this.#lag += entry.frames.length;
  }

  /** Sends what the log holds for this terminal, as far as its credit goes. */
  catchUp(log: Log): void {
    let lag = this.#lag ?? log.bytesFrom(this.#next);
    while (this.#canStream && this.#next <= log.extent.head) {
      for (const entry of log.read(this.#next, CATCH_UP_BYTES)) {
        if (!this.#canStream) break;
        const isGap = entry.seq > this.#next;
        this.#sendEntry(entry);
        lag = isGap ? log.bytesFrom(this.#next) : lag - entry.frames.length;
      }
    }
    this.#lag = this.#next > log.extent.head ? 0 : lag;
  }

  #sendEntry(entry: LogEntry): void {
    this.#next = entry.seq + 1;
    this.#credit.recordSent(entry.frames.length);
    this.sendBytes(entry.frames);
  }

  /** What is beyond its credit, or beyond what it proved to read, it gets from the log later. */
  get #canStream(): boolean {
    return this.#credit.canSend && (this.#proof.mayStream || !this.identity.provesReading);
  }

  prove(mark: number): void {
    this.#proof.prove(mark);
    this.#askForProof();
  }

  grant(through: number): void {
    this.#credit.grant(through);
  }

  save(): void {
    const [credit, proof] = [this.#credit.save(), this.#proof.save()];
    this.#port.save({ identity: this.identity, next: this.#next, credit, proof });
  }

  close(code: number, reason: string): void {
    this.#flush();
    this.#port.close(code, reason);
  }
}

/** From 0 to 2^53-1. */
function unguessable(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
