import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { ProtocolError } from '../../core/errors.js';
import { readToCoordinator, VersionError } from '../../core/protocol/control.js';
import { readFrame } from '../../core/protocol/frames.js';
import {
  BROKEN_GRACE_MS,
  HEARTBEAT_MS,
  PROTOCOL_VERSION,
  SILENT_GRACE_MS,
} from '../../core/protocol/limits.js';
import type { ToCoordinator, ToPeer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { sameText } from '../same-text.js';
import { Authority, type Following } from './authority.js';
import type { Conductor, RoomDocument } from './conductor.js';
import { Connection, type ConnectionEnd } from './connection.js';
import { Gallery, type Signaller } from './gallery.js';
import type { IceDesk } from './ice-desk.js';
import {
  MAX_FAULTS,
  MAX_FRAME_BYTES,
  MAX_MEMBERS,
  MAX_WATCHERS,
  QUESTION_COST,
  TURN_VALID_MS,
} from './limits.js';
import { Seat } from './seat.js';
import { Switchboard } from './switchboard.js';

export interface RoomOptions {
  readonly name: string;
  readonly makeConductor: (document: RoomDocument) => Conductor;
  readonly ice: IceDesk;
  readonly log: Logger;
  readonly maxMembers?: number;
  readonly maxWatchers?: number;
}

/** Who is at the other end: nobody knows yet, a viewer of planes, or a peer that was let in. */
type Standing =
  | { readonly as: 'watcher' }
  | { readonly as: 'viewer'; readonly id: PeerId }
  | { readonly as: 'member'; readonly seat: Seat };

interface Visitor {
  readonly connection: Connection;
  readonly following: Following;
  readonly mayCompute: boolean;
  standing: Standing;
  faults: number;
}

const CLOSE_GRACE_MS = 1_000;

/** How long a peer's place is kept, by how its connection ended. */
const GRACE_MS: Record<ConnectionEnd, number> = {
  left: 0,
  dismissed: 0,
  broken: BROKEN_GRACE_MS,
  silent: SILENT_GRACE_MS,
};

type Hello = Extract<ToCoordinator, { type: 'hello' }>;
type Signal = Extract<ToCoordinator, { type: 'signal' }>;
type Watch = Extract<ToCoordinator, { type: 'watch' }>;

/** The peers and watchers of one room: lets them in, tells them apart, and keeps each from harming another. */
export class Room {
  readonly name: string;
  readonly conductor: Conductor;
  readonly document = new Authority();
  readonly #options: RoomOptions;
  readonly #visitors = new Set<Visitor>();
  /** The places of peers, of those who are away for a moment too. */
  readonly #seats = new Map<PeerId, Seat>();
  readonly #gallery = new Gallery({
    iceServersFor: (viewer) => this.#options.ice.serversFor(viewer, Date.now()),
    write: (viewer, entry) => this.document.setViewer(viewer, entry),
    passOn: (from, signal) => this.#passOn(from, signal),
  });
  readonly #switchboard = new Switchboard((to, frame) => {
    const seat = this.#seats.get(to);
    if (seat) seat.sendBytes(frame);
    else this.#gallery.sendBytes(to, frame);
  });
  readonly #heartbeat: NodeJS.Timeout;
  readonly #renewal: NodeJS.Timeout | undefined;
  #state: 'open' | 'closed' = 'open';
  #emptied: () => void = () => {};

  constructor(options: RoomOptions) {
    this.name = options.name;
    this.#options = options;
    this.conductor = options.makeConductor(this.document);
    this.#heartbeat = setInterval(() => {
      for (const { connection } of this.#visitors) connection.beat();
    }, HEARTBEAT_MS);
    if (options.ice.expires) this.#renewal = setInterval(() => this.#renewIce(), TURN_VALID_MS / 2);
  }

  /** Connections that only watch: those that have not said hello, viewers among them. */
  get watchers(): number {
    return [...this.#visitors].filter(({ standing }) => standing.as !== 'member').length;
  }

  /** Seconds to a peer and back; undefined until it has answered a heartbeat, or where it is not here. */
  roundTrip(peer: PeerId): number | undefined {
    return this.#seats.get(peer)?.member.roundTrip();
  }

  /** Takes the socket over; the room closes it. Who may not compute may watch. */
  accept(socket: WebSocket, { mayCompute } = { mayCompute: true }): void {
    const connection = new Connection(socket, {
      text: (message) => this.#guarded(visitor, () => this.#hear(visitor, message)),
      bytes: (message) => this.#guarded(visitor, () => this.#follow(visitor, message)),
      relayed: (frame) => this.#guarded(visitor, () => this.#relay(visitor, frame)),
      closed: (how) => this.#leave(visitor, how),
    });
    const following = this.document.attach({
      peer: () => (visitor.standing.as === 'member' ? visitor.standing.seat.member.id : undefined),
      send: (frame) => connection.send(frame),
    });
    const visitor: Visitor = {
      connection,
      following,
      mayCompute,
      standing: { as: 'watcher' },
      faults: 0,
    };
    this.#visitors.add(visitor);
    if (this.#state === 'closed') connection.goAway();
    else if (this.watchers > (this.#options.maxWatchers ?? MAX_WATCHERS)) {
      connection.dismiss('full', 'this room has as many watchers as it takes; come back later');
    }
  }

  /** Ends the conductor, then every connection. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    await this.conductor.close();
    await this.#empty();
    clearInterval(this.#heartbeat);
    clearInterval(this.#renewal);
    for (const seat of this.#seats.values()) seat.give();
    this.#switchboard.close();
    this.document.close();
  }

  #hear(visitor: Visitor, text: string): void {
    const message = readToCoordinator(text);
    if (message.type === 'hello') this.#greet(visitor, message);
    else if (message.type === 'watch') this.#admitViewer(visitor, message);
    else if (visitor.standing.as === 'watcher') {
      throw new ProtocolError(`${message.type}: watchers say nothing; say hello first`);
    } else if (visitor.standing.as === 'viewer') this.#gallery.heed(visitor.standing.id, message);
    else this.#heed(visitor.standing.seat, message);
  }

  #heed(seat: Seat, message: Exclude<ToCoordinator, Hello | Watch>): void {
    if (message.type === 'heard') return seat.acknowledge(message.count);
    seat.hear();
    switch (message.type) {
      case 'signal':
        return this.#passOn(seat.member, message);
      case 'view':
        throw new ProtocolError('view: peers look at nothing; open another connection and say watch');
      default:
        return this.conductor.heard(seat.member, message);
    }
  }

  #admitViewer(visitor: Visitor, { kind }: Watch): void {
    if (visitor.standing.as !== 'watcher')
      throw new ProtocolError('watch: said hello or watch before; once is enough');
    const id = this.#gallery.admit(visitor.connection, kind);
    if (id !== undefined) visitor.standing = { as: 'viewer', id };
  }

  #greet(visitor: Visitor, hello: Hello): void {
    if (visitor.standing.as !== 'watcher')
      throw new ProtocolError('hello: said hello or watch before; once is enough');
    if (!visitor.mayCompute) {
      visitor.connection.dismiss('rights', 'this link lets one watch, and no more; ask for one to compute');
    } else if (hello.resume) this.#resume(visitor, hello.resume);
    else this.#welcome(visitor, hello);
  }

  /** The peer was here before, and its connection broke. */
  #resume(visitor: Visitor, { peer, key, heard }: NonNullable<Hello['resume']>): void {
    const { connection } = visitor;
    const seat = this.#seats.get(peer);
    if (!seat || !sameText(seat.key, key)) {
      connection.dismiss('gone', 'the place of this peer has been given up; say hello without it');
      return;
    }
    const before = seat.resume(connection, heard, this.#welcomeTo(seat));
    visitor.standing = { as: 'member', seat };
    // The peer knows sooner than we do that it has ended.
    before?.cut();
    this.#options.log.info({ room: this.name, peer }, 'back');
  }

  #welcome(visitor: Visitor, hello: Hello): void {
    const { connection } = visitor;
    if (this.#seats.size >= (this.#options.maxMembers ?? MAX_MEMBERS)) {
      connection.dismiss('full', 'this room has as many peers as it takes; come back later');
      return;
    }
    const seat = new Seat(hello, connection, () => this.#vacate(seat));
    const { member } = seat;
    visitor.standing = { as: 'member', seat };
    this.#seats.set(member.id, seat);
    connection.send(JSON.stringify(this.#welcomeTo(seat)));
    this.#options.log.info({ room: this.name, peer: member.id, kind: member.kind }, 'joined');
    this.conductor.joined(member);
  }

  #welcomeTo({ member: { id }, key, heard }: Seat): ToPeer {
    return {
      type: 'welcome',
      version: PROTOCOL_VERSION,
      peer: id,
      room: this.name,
      iceServers: this.#options.ice.serversFor(id, Date.now()),
      key,
      heard,
    };
  }

  /** Every credential is then at most half its life old. */
  #renewIce(): void {
    for (const { member } of this.#seats.values()) {
      const { id } = member;
      member.send({ type: 'ice', iceServers: this.#options.ice.serversFor(id, Date.now()) });
    }
    this.#gallery.renewIce();
  }

  #passOn(from: Signaller, { to, link, data }: Signal): void {
    const receiver = this.#gallery.receiver(to) ?? this.#seats.get(to)?.member;
    if (receiver && data.type === 'answer' && 'channel' in data) {
      this.#switchboard.open(from.id, to, data.channel);
    }
    if (receiver) receiver.send({ type: 'signal', from: from.id, link, data });
    // No fault: it may have left while the message was under way.
    else from.send({ type: 'refused', code: 'no-such-peer', reason: `peer ${to} is not here`, fatal: false });
  }

  #follow(visitor: Visitor, bytes: Uint8Array): void {
    if (bytes.length > MAX_FRAME_BYTES) {
      throw new ProtocolError(`a binary frame has at most ${MAX_FRAME_BYTES} bytes, not ${bytes.length}`);
    }
    const frame = readFrame(bytes);
    if (frame.type === 'question' && !visitor.connection.charge(QUESTION_COST)) return;
    visitor.following.receive(frame);
  }

  #relay(visitor: Visitor, frame: Uint8Array): void {
    if (visitor.standing.as === 'watcher')
      throw new ProtocolError('watchers have no channels; say hello first');
    const { standing } = visitor;
    const id = standing.as === 'viewer' ? standing.id : standing.seat.member.id;
    // What belongs to no channel is charged for, like any other message.
    if (!this.#switchboard.pass(id, frame)) visitor.connection.charge(1);
  }

  #leave(visitor: Visitor, how: ConnectionEnd): void {
    this.#visitors.delete(visitor);
    visitor.following.end();
    const { standing, connection } = visitor;
    if (standing.as === 'member' && standing.seat.isAt(connection)) this.#part(standing.seat, how);
    if (standing.as === 'viewer') this.#viewerLeft(standing.id);
    if (this.#visitors.size === 0) this.#emptied();
  }

  #viewerLeft(id: PeerId): void {
    this.#switchboard.left(id);
    if (this.#state === 'open') this.#gallery.left(id);
  }

  /** A peer's connection is gone; the peer itself may live, and come back. */
  #part(seat: Seat, how: ConnectionEnd): void {
    const { id } = seat.member;
    this.#switchboard.left(id);
    const grace = this.#state === 'open' ? GRACE_MS[how] : 0;
    if (grace === 0) return this.#vacate(seat);
    seat.keepFor(grace, () => this.#vacate(seat));
    this.#options.log.info({ room: this.name, peer: id, how }, 'away');
  }

  #vacate(seat: Seat): void {
    const { member } = seat;
    if (!this.#seats.delete(member.id)) return;
    seat.give();
    this.#switchboard.left(member.id);
    this.#options.log.info({ room: this.name, peer: member.id }, 'left');
    if (this.#state === 'closed') return;
    try {
      this.conductor.lost(member);
    } catch (error) {
      this.#options.log.error({ room: this.name, err: error }, 'a defect: a loss was not handled');
    }
  }

  /** What one visitor causes stays with that visitor. */
  #guarded(visitor: Visitor, work: () => void): void {
    if (this.#state === 'closed') return;
    try {
      work();
    } catch (error) {
      if (error instanceof VersionError) visitor.connection.dismiss('version', error.message);
      else if (error instanceof ProtocolError) this.#fault(visitor, error);
      else {
        this.#options.log.error({ room: this.name, err: error }, 'a defect: a message was not handled');
        visitor.connection.dismiss('internal', 'the coordinator failed on this message; please report it');
      }
    }
  }

  #fault(visitor: Visitor, { message }: ProtocolError): void {
    visitor.faults += 1;
    this.#options.log.warn({ room: this.name, fault: message }, 'refused a message');
    if (visitor.faults >= MAX_FAULTS) {
      visitor.connection.dismiss('faults', `${visitor.faults} broken messages; the last: ${message}`);
    } else {
      const refusal: ToPeer = {
        type: 'refused',
        code: 'malformed',
        reason: message.slice(0, 500),
        fatal: false,
      };
      if (visitor.standing.as === 'member') visitor.standing.seat.member.send(refusal);
      else visitor.connection.send(JSON.stringify(refusal));
    }
  }

  /** Resolves when every connection is gone; those that do not answer are cut off. */
  async #empty(): Promise<void> {
    if (this.#visitors.size === 0) return;
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const { connection } of this.#visitors) connection.goAway();
    const cut = setTimeout(() => {
      for (const { connection } of this.#visitors) connection.cut();
    }, CLOSE_GRACE_MS);
    await emptied;
    clearTimeout(cut);
  }
}
