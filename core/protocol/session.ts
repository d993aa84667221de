import { ProtocolError } from '../errors.js';
import { after } from '../links/timer.js';
import type { AwarenessState } from './document.js';
import type { RelayFrame } from './frames.js';
import { PROTOCOL_VERSION, RESUME_WITHIN_MS } from './limits.js';
import { type Heard, Line, type LineEnding, RefusedError, type Welcome } from './line.js';
import type { ToCoordinator } from './messages.js';
import { Numbered } from './numbered.js';
import type { PeerId } from './plan.js';
import { pauseBefore } from './reconnect.js';
import type { RoomView } from './replica.js';
import type { Socket } from './socket.js';

export { type Heard, RefusedError };

type Hello = Extract<ToCoordinator, { type: 'hello' }>;

/** What a peer says of itself when it joins. */
export type Introduction = Omit<Hello, 'type' | 'version' | 'resume'>;
/** What a peer may say once it has joined. */
export type Said = Exclude<ToCoordinator, Hello | { type: 'heard' | 'watch' | 'view' }>;

/** How a session ended. `refused`: the coordinator said why; coming again at once changes nothing. */
export interface Ending {
  readonly kind: 'closed' | 'refused';
  readonly reason: string;
  /** The coordinator's word for why, where it refused. */
  readonly code?: string;
}

export interface Listener {
  /** The document or someone's awareness state changed. */
  changed(): void;
  heard(message: Heard): void;
  /** Something came on a channel through the coordinator. */
  relayed(frame: RelayFrame): void;
  /** The connection broke. The session goes on, and makes another; relayed channels do not. */
  interrupted(): void;
  /** Once, last. */
  ended(ending: Ending): void;
}

/** Follows a room without taking part in it. Takes the socket over. */
export function watchRoom(socket: Socket, listener: Pick<Listener, 'changed' | 'ended'>): Watching {
  const line = new Line(socket);
  line.listen({
    changed: () => listener.changed(),
    heard: () => {},
    relayed: () => {},
    ended: (ending) => listener.ended(endingOf(ending)),
  });
  return { room: line.replica, close: () => line.close() };
}

export interface Watching {
  readonly room: RoomView;
  close(): void;
}

/** A peer's place in a room. It outlives a connection that breaks: nothing that either side said is lost. */
export class Session {
  readonly #introduction: Introduction;
  readonly #connect: () => Promise<Socket>;
  readonly #numbered = new Numbered();
  #line: Line;
  #welcome: Welcome;
  #listener: Listener | undefined;
  #state: 'open' | 'away' | 'ended' = 'open';
  #told: AwarenessState | undefined;
  #stopPause = () => {};

  private constructor(
    connect: () => Promise<Socket>,
    introduction: Introduction,
    line: Line,
    welcome: Welcome,
  ) {
    this.#connect = connect;
    this.#introduction = introduction;
    this.#line = line;
    this.#welcome = welcome;
  }

  /**
   * Says hello and waits to be let in. `connect` opens a socket, which the session closes, now and after each loss.
   * @throws RefusedError where the coordinator refuses, ProtocolError where the connection ends first, and what
   * `connect` throws.
   */
  static async join(connect: () => Promise<Socket>, introduction: Introduction): Promise<Session> {
    const line = new Line(await connect());
    line.send({ type: 'hello', version: PROTOCOL_VERSION, ...introduction });
    return new Session(connect, introduction, line, await line.welcome);
  }

  get peer(): PeerId {
    return this.#welcome.peer;
  }

  /** The name of the room it is in, as the coordinator has it. */
  get roomName(): string {
    return this.#welcome.room;
  }

  /** What this peer proves its key with: the coordinator's choice, the same as long as it keeps its place. */
  get nonce(): string {
    return this.#welcome.nonce;
  }

  get iceServers(): Welcome['iceServers'] {
    return this.#welcome.iceServers;
  }

  /** The room as it is, or was when the connection broke. */
  get room(): RoomView {
    return this.#line.replica;
  }

  /** Whether there is no connection just now. */
  get isAway(): boolean {
    return this.#state === 'away';
  }

  /** To be called once. What came since the welcome is told first, in its order. */
  listen(listener: Listener): void {
    this.#listener = listener;
    this.#follow(this.#line);
  }

  /** Does nothing once the session has ended. */
  send(message: Said): void {
    if (this.#state === 'ended') return;
    const written = JSON.stringify(message);
    if (!this.#numbered.keep(written)) return this.#end(SILENT);
    if (this.#state === 'open') this.#line.sendWritten(written);
  }

  /** Sends a frame of a channel through the coordinator; it is lost where there is no connection. */
  relay(frame: Uint8Array): void {
    if (this.#state === 'open') this.#line.sendWritten(frame);
  }

  /** Tells the room what this peer does. */
  tell(state: Omit<AwarenessState, 'peer'>): void {
    this.#told = { ...state, peer: this.peer };
    if (this.#state === 'open') this.#line.tell(this.#told);
  }

  close(): void {
    this.#end({ kind: 'closed', reason: 'closed here' });
  }

  #follow(line: Line): void {
    line.listen({
      changed: () => this.#listener?.changed(),
      heard: (message) => this.#hear(message),
      relayed: (frame) => this.#listener?.relayed(frame),
      ended: (ending) => this.#lineEnded(ending),
    });
  }

  #hear(message: Heard): void {
    if (message.type === 'heard') return this.#acknowledge(message.count);
    const count = this.#numbered.hear();
    if (count !== undefined) this.#line.send({ type: 'heard', count });
    this.#listener?.heard(message);
  }

  #acknowledge(count: number): void {
    try {
      this.#numbered.acknowledge(count);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end({ kind: 'refused', reason: error.message });
    }
  }

  #lineEnded(ending: LineEnding): void {
    if (this.#state === 'ended') return;
    if (ending.kind !== 'broken') return this.#end(endingOf(ending));
    this.#state = 'away';
    void this.#resume(ending.reason);
    this.#listener?.interrupted();
  }

  /** Comes back to the place that the coordinator keeps for a while, or ends the session. */
  async #resume(reason: string): Promise<void> {
    const until = Date.now() + RESUME_WITHIN_MS;
    for (let attempt = 0; this.#state === 'away'; attempt++) {
      try {
        return await this.#comeBack();
      } catch (error) {
        // Refused: the place is gone. It may be let in anew, which is for the caller to try.
        if (error instanceof RefusedError || Date.now() > until) return this.#end({ kind: 'closed', reason });
      }
      await new Promise<void>((resolve) => {
        const stop = after(Math.min(LONGEST_PAUSE_MS, pauseBefore(attempt)), resolve);
        this.#stopPause = () => {
          stop();
          resolve();
        };
      });
    }
  }

  async #comeBack(): Promise<void> {
    const line = new Line(await this.#connect());
    const { peer, key } = this.#welcome;
    line.send({
      type: 'hello',
      version: PROTOCOL_VERSION,
      ...this.#introduction,
      resume: { peer, key, heard: this.#numbered.heard },
    });
    const welcome = await line.welcome;
    if (this.#state !== 'away') return line.close();
    this.#welcome = welcome;
    this.#line = line;
    this.#state = 'open';
    this.#numbered.acknowledge(welcome.heard);
    for (const message of this.#numbered.unheard) line.sendWritten(message);
    if (this.#told) line.tell(this.#told);
    this.#follow(line);
  }

  #end(ending: Ending): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#stopPause();
    this.#line.close();
    this.#listener?.ended(ending);
  }
}

/** A live coordinator is asked again soon: it keeps a place for seconds. */
const LONGEST_PAUSE_MS = 1_000;

const SILENT: Ending = { kind: 'closed', reason: 'the coordinator does not say what it has heard' };

const endingOf = ({ kind, ...why }: LineEnding): Ending => ({
  kind: kind === 'refused' ? 'refused' : 'closed',
  ...why,
});
