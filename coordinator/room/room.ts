import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { ProtocolError } from '../../core/errors.js';
import type { IceServer } from '../../core/links/transport.js';
import { readToCoordinator, VersionError } from '../../core/protocol/control.js';
import { readFrame } from '../../core/protocol/frames.js';
import { HEARTBEAT_MS, PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import type { ToCoordinator } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { freshName } from '../names.js';
import { Authority, type Following } from './authority.js';
import type { Conductor, Member, RoomDocument } from './conductor.js';
import { Connection } from './connection.js';
import { MAX_FAULTS, MAX_FRAME_BYTES, MAX_MEMBERS, MAX_WATCHERS, QUESTION_COST } from './limits.js';

export interface RoomOptions {
  readonly name: string;
  readonly makeConductor: (document: RoomDocument) => Conductor;
  readonly iceServers: readonly IceServer[];
  readonly log: Logger;
  readonly maxMembers?: number;
  readonly maxWatchers?: number;
}

/** Who is at the other end: nobody knows yet, or a peer that was let in. */
type Standing = { readonly as: 'watcher' } | { readonly as: 'member'; readonly member: Member };

interface Visitor {
  readonly connection: Connection;
  readonly following: Following;
  standing: Standing;
  faults: number;
}

const PEER_ID_LENGTH = 16;
const CLOSE_GRACE_MS = 1_000;

type Hello = Extract<ToCoordinator, { type: 'hello' }>;
type Signal = Extract<ToCoordinator, { type: 'signal' }>;

/** The peers and watchers of one room: lets them in, tells them apart, and keeps each from harming another. */
export class Room {
  readonly name: string;
  readonly conductor: Conductor;
  readonly document = new Authority();
  readonly #options: RoomOptions;
  readonly #visitors = new Set<Visitor>();
  readonly #members = new Map<PeerId, Member>();
  readonly #heartbeat: NodeJS.Timeout;
  #state: 'open' | 'closed' = 'open';
  #emptied: () => void = () => {};

  constructor(options: RoomOptions) {
    this.name = options.name;
    this.#options = options;
    this.conductor = options.makeConductor(this.document);
    this.#heartbeat = setInterval(() => {
      for (const { connection } of this.#visitors) connection.beat();
    }, HEARTBEAT_MS);
  }

  /** Connections that have not said hello. */
  get watchers(): number {
    return this.#visitors.size - this.#members.size;
  }

  /** Takes the socket over; the room closes it. */
  accept(socket: WebSocket): void {
    const connection = new Connection(socket, {
      text: (message) => this.#guarded(visitor, () => this.#hear(visitor, message)),
      bytes: (message) => this.#guarded(visitor, () => this.#follow(visitor, message)),
      closed: () => this.#leave(visitor),
    });
    const following = this.document.attach({
      peer: () => (visitor.standing.as === 'member' ? visitor.standing.member.id : undefined),
      send: (frame) => connection.send(frame),
    });
    const visitor: Visitor = { connection, following, standing: { as: 'watcher' }, faults: 0 };
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
    this.document.close();
  }

  #hear(visitor: Visitor, text: string): void {
    const message = readToCoordinator(text);
    if (message.type === 'hello') this.#welcome(visitor, message);
    else if (visitor.standing.as === 'watcher') {
      throw new ProtocolError(`${message.type}: watchers say nothing; say hello first`);
    } else if (message.type === 'signal') this.#passOn(visitor.standing.member, message);
    else this.conductor.heard(visitor.standing.member, message);
  }

  #welcome(visitor: Visitor, hello: Hello): void {
    if (visitor.standing.as === 'member') throw new ProtocolError('hello: said before; once is enough');
    const { connection } = visitor;
    if (this.#members.size >= (this.#options.maxMembers ?? MAX_MEMBERS)) {
      connection.dismiss('full', 'this room has as many peers as it takes; come back later');
      return;
    }
    const member: Member = {
      id: freshName(PEER_ID_LENGTH),
      name: hello.name,
      kind: hello.kind,
      ability: hello.ability,
      roundTrip: () => connection.roundTrip,
      send: (message) => connection.send(message),
      allow: (messages) => connection.allow(messages),
      dismiss: (code, reason) => connection.dismiss(code, reason),
    };
    visitor.standing = { as: 'member', member };
    this.#members.set(member.id, member);
    connection.send({
      type: 'welcome',
      version: PROTOCOL_VERSION,
      peer: member.id,
      room: this.name,
      iceServers: [...this.#options.iceServers],
    });
    this.#options.log.info({ room: this.name, peer: member.id, kind: member.kind }, 'joined');
    this.conductor.joined(member);
  }

  #passOn(from: Member, { to, link, data }: Signal): void {
    const receiver = this.#members.get(to);
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

  #leave(visitor: Visitor): void {
    this.#visitors.delete(visitor);
    visitor.following.end();
    if (visitor.standing.as === 'member') {
      const { member } = visitor.standing;
      this.#members.delete(member.id);
      if (this.#state === 'open') this.#guarded(visitor, () => this.conductor.lost(member));
      this.#options.log.info({ room: this.name, peer: member.id }, 'left');
    }
    if (this.#visitors.size === 0) this.#emptied();
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
      visitor.connection.send({
        type: 'refused',
        code: 'malformed',
        reason: message.slice(0, 500),
        fatal: false,
      });
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
