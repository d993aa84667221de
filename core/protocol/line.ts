import { ProtocolError } from '../errors.js';
import { readToPeer } from './control.js';
import type { AwarenessState } from './document.js';
import { isRelayFrame, type RelayFrame, readRelayFrame } from './frames.js';
import type { ToCoordinator, ToPeer } from './messages.js';
import { Replica } from './replica.js';
import type { Socket } from './socket.js';

export type Welcome = Extract<ToPeer, { type: 'welcome' }>;
/** What a peer hears once it has joined. */
export type Heard = Exclude<ToPeer, Welcome>;

/** How a connection ended. `broken`: neither side wanted it. `refused`: the coordinator said why. */
export interface LineEnding {
  readonly kind: 'closed' | 'broken' | 'refused';
  readonly reason: string;
  /** The coordinator's word for why, where it refused; it has none where it is left because it speaks otherwise. */
  readonly code?: string;
}

interface LineListener {
  /** The document or someone's awareness state changed. */
  changed(): void;
  heard(message: Heard): void;
  /** Something came on a channel through the coordinator. */
  relayed(frame: RelayFrame): void;
  /** Once, last. */
  ended(ending: LineEnding): void;
}

/** The coordinator let the peer know that it is not wanted, and why. */
export class RefusedError extends ProtocolError {}

type Event =
  | { readonly type: 'changed' }
  | { readonly type: 'relayed'; readonly frame: RelayFrame }
  | { readonly type: 'heard'; readonly message: Heard }
  | { readonly type: 'ended'; readonly ending: LineEnding };

/** One connection to a coordinator: checks what comes in, and keeps it until someone listens. */
export class Line {
  readonly replica: Replica;
  /** Rejects with RefusedError where the coordinator refuses, with ProtocolError where the connection ends first. */
  readonly welcome: Promise<Welcome>;
  readonly #socket: Socket;
  #settleWelcome: (outcome: Welcome | ProtocolError) => void = () => {};
  #refusal: LineEnding | undefined;
  #state: 'open' | 'ended' = 'open';
  #unheard: Event[] = [];
  #listener: LineListener | undefined;

  /** Takes the socket over. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.replica = new Replica((frame) => socket.send(frame));
    this.welcome = new Promise((resolve, reject) => {
      this.#settleWelcome = (outcome) =>
        outcome instanceof ProtocolError ? reject(outcome) : resolve(outcome);
    });
    // A watcher waits for no welcome.
    this.welcome.catch(() => {});
    socket.listen({
      text: (text) => this.#receive(() => this.#hear(readToPeer(text))),
      binary: (bytes) =>
        this.#receive(() => {
          if (isRelayFrame(bytes)) return { type: 'relayed', frame: readRelayFrame(bytes) };
          this.replica.follow(bytes);
          return { type: 'changed' };
        }),
      closed: (reason, orderly) => {
        if (this.#refusal) this.#end(this.#refusal);
        else this.#end({ kind: orderly ? 'closed' : 'broken', reason });
      },
    });
  }

  listen(listener: LineListener): void {
    this.#listener = listener;
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const event of unheard) this.#emit(event);
  }

  send(message: ToCoordinator): void {
    this.sendWritten(JSON.stringify(message));
  }

  /** Sends a control message as it is written, or a binary frame. */
  sendWritten(message: string | Uint8Array): void {
    this.#socket.send(message);
  }

  tell(state: AwarenessState): void {
    if (this.#state === 'open') this.replica.tell(state);
  }

  close(): void {
    this.#end({ kind: 'closed', reason: 'closed here' });
  }

  #hear(message: ToPeer): Event | undefined {
    if (message.type === 'welcome') {
      this.#settleWelcome(message);
      return undefined;
    }
    if (message.type === 'refused' && message.fatal) {
      const { code, reason } = message;
      this.#refusal = { kind: 'refused', reason, code };
    }
    return { type: 'heard', message };
  }

  /** A coordinator that breaks the protocol is left; what a listener throws is a defect, and passes. */
  #receive(read: () => Event | undefined): void {
    if (this.#state === 'ended') return;
    let event: Event | undefined;
    try {
      event = read();
    } catch (error) {
      const what =
        error instanceof ProtocolError ? error.message : 'a value of its document breaks its schema';
      this.#end({
        kind: 'refused',
        reason: `the coordinator speaks otherwise than this program (${what}); bring both to one version`,
      });
    }
    if (event) this.#emit(event);
  }

  #end(ending: LineEnding): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#socket.close();
    this.replica.end();
    const { kind, reason } = ending;
    this.#settleWelcome(kind === 'refused' ? new RefusedError(reason) : new ProtocolError(reason));
    this.#emit({ type: 'ended', ending });
  }

  #emit(event: Event): void {
    const listener = this.#listener;
    if (listener === undefined) this.#unheard.push(event);
    else if (event.type === 'heard') listener.heard(event.message);
    else if (event.type === 'relayed') listener.relayed(event.frame);
    else if (event.type === 'ended') listener.ended(event.ending);
    else listener.changed();
  }
}
