import { ProtocolError } from '../errors.js';
import { readToPeer } from './control.js';
import type { AwarenessState } from './document.js';
import { PROTOCOL_VERSION } from './limits.js';
import type { ToCoordinator, ToPeer } from './messages.js';
import type { PeerId } from './plan.js';
import { Replica, type RoomView } from './replica.js';
import type { Socket } from './socket.js';

type Hello = Extract<ToCoordinator, { type: 'hello' }>;
type Welcome = Extract<ToPeer, { type: 'welcome' }>;

/** What a peer says of itself when it joins. */
export type Introduction = Omit<Hello, 'type' | 'version'>;
/** What a peer may say once it has joined. */
export type Said = Exclude<ToCoordinator, Hello>;
/** What a peer hears once it has joined. */
export type Heard = Exclude<ToPeer, Welcome>;

/** How a session ended. `refused`: the coordinator said why; coming again at once changes nothing. */
export interface Ending {
  readonly kind: 'closed' | 'refused';
  readonly reason: string;
}

export interface Listener {
  /** The document or someone's awareness state changed. */
  changed(): void;
  heard(message: Heard): void;
  /** Once, last. */
  ended(ending: Ending): void;
}

/** Follows a room without taking part in it. Takes the socket over. */
export function watchRoom(socket: Socket, listener: Omit<Listener, 'heard'>): Watching {
  const line = new Line(socket);
  line.listen({
    changed: () => listener.changed(),
    heard: () => {},
    ended: (ending) => listener.ended(ending),
  });
  return { room: line.replica, close: () => line.close() };
}

export interface Watching {
  readonly room: RoomView;
  close(): void;
}

/** A peer's place in a room. */
export class Session {
  readonly #line: Line;
  readonly #welcome: Welcome;

  private constructor(line: Line, welcome: Welcome) {
    this.#line = line;
    this.#welcome = welcome;
  }

  /**
   * Says hello and waits to be let in. Takes the socket over: the session closes it.
   * @throws RefusedError where the coordinator refuses, ProtocolError where the connection ends first.
   */
  static async join(socket: Socket, introduction: Introduction): Promise<Session> {
    const line = new Line(socket);
    line.send({ type: 'hello', version: PROTOCOL_VERSION, ...introduction });
    return new Session(line, await line.welcome);
  }

  get peer(): PeerId {
    return this.#welcome.peer;
  }

  get iceServers(): Welcome['iceServers'] {
    return this.#welcome.iceServers;
  }

  get room(): RoomView {
    return this.#line.replica;
  }

  /** To be called once. What came since the welcome is told first, in its order. */
  listen(listener: Listener): void {
    this.#line.listen(listener);
  }

  /** Does nothing once the session has ended. */
  send(message: Said): void {
    this.#line.send(message);
  }

  /** Tells the room what this peer does. */
  tell(state: Omit<AwarenessState, 'peer'>): void {
    this.#line.tell({ ...state, peer: this.peer });
  }

  close(): void {
    this.#line.close();
  }
}

/** The coordinator let the peer know that it is not wanted, and why. */
export class RefusedError extends ProtocolError {}

type Event =
  | { readonly type: 'changed' }
  | { readonly type: 'heard'; readonly message: Heard }
  | { readonly type: 'ended'; readonly ending: Ending };

/** The connection's own end: checks what comes in, and keeps it until someone listens. */
class Line {
  readonly replica: Replica;
  readonly welcome: Promise<Welcome>;
  readonly #socket: Socket;
  #settleWelcome: (outcome: Welcome | ProtocolError) => void = () => {};
  #refusal: string | undefined;
  #state: 'open' | 'ended' = 'open';
  #unheard: Event[] = [];
  #listener: Listener | undefined;

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
          this.replica.follow(bytes);
          return { type: 'changed' };
        }),
      closed: (reason) =>
        this.#end(this.#refusal === undefined ? { kind: 'closed', reason } : refused(this.#refusal)),
    });
  }

  listen(listener: Listener): void {
    this.#listener = listener;
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const event of unheard) this.#emit(event);
  }

  send(message: ToCoordinator): void {
    this.#socket.send(JSON.stringify(message));
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
    if (message.type === 'refused' && message.fatal) this.#refusal = message.reason;
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
      this.#end(
        refused(`the coordinator speaks otherwise than this program (${what}); bring both to one version`),
      );
    }
    if (event) this.#emit(event);
  }

  #end(ending: Ending): void {
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
    else if (event.type === 'ended') listener.ended(event.ending);
    else listener.changed();
  }
}

const refused = (reason: string): Ending => ({ kind: 'refused', reason });
