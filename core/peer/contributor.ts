import { secondsNow } from '../../shaders/clock.js';
import type { Engine } from '../../shaders/engine.js';
import { GroundswellError } from '../errors.js';
import { cellCount } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { Links } from '../links/links.js';
import { RelayTransports } from '../links/relay.js';
import { after } from '../links/timer.js';
import type { IceServer, TransportFactory, TransportStats } from '../links/transport.js';
import type { RosterEntry } from '../protocol/document.js';
import type { Ability } from '../protocol/messages.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import { RateMeter } from '../protocol/rate-meter.js';
import { pauseBefore } from '../protocol/reconnect.js';
import type { RoomView } from '../protocol/replica.js';
import { type Ending, type Heard, RefusedError, Session } from '../protocol/session.js';
import type { Socket } from '../protocol/socket.js';
import { introduceKey } from '../witness/introduce-key.js';
import type { Identity } from '../witness/witness.js';
import type { Objects } from './objects.js';
import { Peer, type PeerStatus } from './peer.js';
import type { SweepStatus } from './sweep/sweep-work.js';

/** How often at most others are told of our step: people watch it, nothing else. */
const TELL_EVERY_SECONDS = 0.5;
const RATE_WINDOW_SECONDS = 5;

export interface ContributorTools {
  /** Rejects where the coordinator can't be reached. */
  connect(): Promise<Socket>;
  readonly engine: Engine;
  /** Whether the engine leaves a core of the processor alone. Those who watch may have more of it then. */
  readonly sparesCore?: boolean;
  readonly ability: Ability;
  readonly transports: TransportFactory;
  readonly objects: Objects;
  /** What this device signs with. Without it, it computes only where nobody has to sign. */
  readonly identity?: Identity | Promise<Identity>;
  readonly name: string;
  readonly kind: 'node' | 'browser';
  readonly onChange: (status: ContributorStatus) => void;
}

/** A link in use. `roundTrip` in seconds, once it has been measured. */
export interface LinkStatus extends TransportStats {
  readonly peer: PeerId;
  readonly roundTrip?: number;
}

export type ContributorStatus =
  | { readonly kind: 'connecting'; readonly attempt: number; readonly reason?: string }
  | { readonly kind: 'waiting'; readonly reason: string }
  /** Members of a sweep; `self` and `rate` as below. */
  | ({ readonly kind: 'members'; readonly self: PeerId; readonly rate: number } & SweepStatus)
  | {
      readonly kind: 'computing';
      /** What the room calls this device: whether the shard is its own, or another's that it computes too, the plan says. */
      readonly self: PeerId;
      readonly job: Job;
      readonly plan: Plan;
      /** Index into the plan's shards. */
      readonly shard: number;
      readonly step: number;
      /** Cell updates per second of this device. */
      readonly rate: number;
      readonly links: readonly LinkStatus[];
    }
  | { readonly kind: 'leaving' }
  | { readonly kind: 'left'; readonly reason: string };

export interface Contributor {
  /** Hands over what it computes, and goes. Resolves when it is gone. */
  leave(): Promise<void>;
  /** Resolves with the reason when it has left, or was refused for good. The engine stays the caller's to close. */
  readonly finished: Promise<Ending>;
}

/** Takes part in a room until it leaves; comes back by itself where the connection breaks. */
export function contribute(tools: ContributorTools): Contributor {
  return new RoomContributor(tools);
}

class RoomContributor implements Contributor {
  readonly finished: Promise<Ending>;
  readonly #tools: ContributorTools;
  #visit: Visit | undefined;
  #leaving = false;
  #stopPause: () => void = () => {};

  constructor(tools: ContributorTools) {
    this.#tools = tools;
    this.finished = this.#stay();
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#stopPause();
    if (this.#visit) {
      this.#tools.onChange({ kind: 'leaving' });
      this.#visit.leave();
    }
    await this.finished;
  }

  async #stay(): Promise<Ending> {
    let reason: string | undefined;
    for (let attempt = 1; !this.#leaving; attempt++) {
      this.#tools.onChange({ kind: 'connecting', attempt, ...(reason !== undefined && { reason }) });
      const ending = await this.#visitOnce(() => {
        attempt = 0;
      });
      if (ending.kind === 'refused') return this.#left(ending);
      reason = ending.reason;
      if (!this.#leaving) await this.#pause(attempt);
    }
    return this.#left({ kind: 'closed', reason: 'left on request' });
  }

  #left(ending: Ending): Ending {
    this.#tools.onChange({ kind: 'left', reason: ending.reason });
    return ending;
  }

  async #visitOnce(onWelcome: () => void): Promise<Ending> {
    const { connect, name, kind, ability, identity } = this.#tools;
    let session: Session;
    try {
      session = await Session.join(connect, { name, kind, ability });
    } catch (error) {
      return endingOf(error);
    }
    onWelcome();
    const visit = new Visit(this.#tools, session, await identity);
    this.#visit = visit;
    if (this.#leaving) visit.leave();
    const ending = await visit.ended;
    this.#visit = undefined;
    return ending;
  }

  #pause(attempt: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = after(pauseBefore(attempt), resolve);
      this.#stopPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** One stay in the room, from the welcome to the end of the connection. */
class Visit {
  readonly ended: Promise<Ending>;
  readonly #tools: ContributorTools;
  readonly #session: Session;
  readonly #identity: Identity | undefined;
  readonly #links: Links;
  readonly #relay: RelayTransports;
  #iceServers: readonly IceServer[];
  #present: Pick<RoomView, 'roster' | 'viewers'> = { roster: new Map(), viewers: new Map() };
  readonly #peer: Peer;
  #meter = new RateMeter(RATE_WINDOW_SECONDS);
  #status: PeerStatus = { doing: 'waiting' };
  #step = 0;
  #over = false;
  #leaving = false;
  #told = Number.NEGATIVE_INFINITY;

  constructor(tools: ContributorTools, session: Session, identity: Identity | undefined) {
    this.#tools = tools;
    this.#identity = identity;
    this.#session = session;
    this.#iceServers = session.iceServers;
    this.#relay = new RelayTransports((frame) => session.relay(frame));
    this.#links = new Links({
      self: session.peer,
      factory: tools.transports,
      relay: (peer) => this.#relay.to(peer),
      iceServers: () => this.#iceServers,
      // Viewers come to peers, and are in the document before they do.
      offers: (peer) => !session.room.viewers.has(peer) && session.peer < peer,
      kindOf: (peer) => (session.room.roster.get(peer) ?? session.room.viewers.get(peer))?.kind,
      send: (to, link, data) => session.send({ type: 'signal', to, link, data }),
      onMessage: (peer, message) => {
        try {
          this.#peer.arrived(peer, message);
        } catch (error) {
          this.#peer.lost(peer, textOf(error));
        }
      },
      onLost: (peer, reason) => this.#peer.lost(peer, reason),
    });
    this.#peer = new Peer({
      self: session.peer,
      engine: tools.engine,
      sparesCore: tools.sparesCore ?? false,
      links: this.#links,
      objects: tools.objects,
      ...(identity && { identity }),
      send: (message) => session.send(message),
      now: secondsNow,
      pause: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
      onChange: (status) => this.#changed(status),
    });
    this.ended = this.#stay();
  }

  leave(): void {
    this.#leaving = true;
    // Nobody is there to hand a shard to, or to wait for.
    if (this.#session.isAway) this.#session.close();
    else this.#session.send({ type: 'leave' });
  }

  async #stay(): Promise<Ending> {
    this.#publish();
    if (this.#identity) void introduceKey(this.#session, this.#identity, this.#tools.engine);
    const ending = await new Promise<Ending>((resolve) => {
      this.#session.listen({
        heard: (message) => this.#heard(message),
        relayed: (frame) => this.#relay.received(frame),
        changed: () => this.#follow(),
        interrupted: () => this.#interrupted(),
        ended: resolve,
      });
    });
    this.#over = true;
    this.#links.close();
    this.#relay.end('this peer has closed its links');
    await this.#peer.close();
    return ending;
  }

  /** The connection to the coordinator broke. What computes goes on, as far as it may. */
  #interrupted(): void {
    this.#relay.end('the connection to the coordinator broke');
    if (this.#leaving) this.#session.close();
  }

  #heard(message: Heard): void {
    switch (message.type) {
      case 'signal':
        return this.#links.signalled(message.from, message.link, message.data);
      case 'ice':
        this.#iceServers = message.iceServers;
        return;
      case 'released':
        return this.#session.close();
      case 'members':
        return this.#members(message);
      default:
        return this.#peer.heard(message);
    }
  }

  #members(message: Extract<Heard, { type: 'members' }>): void {
    try {
      this.#peer.heard(message);
    } catch (error) {
      this.#session.send({ type: 'failed', plan: message.plan, reason: textOf(error).slice(0, 500) });
    }
  }

  #follow(): void {
    const { room } = this.#session;
    const plan = room.plan;
    this.#part();
    try {
      this.#peer.follow(room.job, plan);
    } catch (error) {
      if (plan) this.#session.send({ type: 'failed', plan: plan.id, reason: textOf(error).slice(0, 500) });
    }
    if (this.#status.doing === 'waiting') this.#publish();
  }

  /** Ends what there is with those who have left. */
  #part(): void {
    const { roster, viewers } = this.#session.room;
    if (this.#present.roster === roster && this.#present.viewers === viewers) return;
    this.#present = { roster, viewers };
    this.#links.keepOnly({ has: (peer) => roster.has(peer) || viewers.has(peer) });
    this.#peer.keepOnly(viewers);
  }

  #changed(status: PeerStatus): void {
    if (status.doing === 'computing') {
      const sameShard = this.#status.doing === 'computing' && this.#status.plan === status.plan;
      const cells = cellCount(status.plan.shards[status.shard]?.box ?? { lo: [0, 0, 0], hi: [0, 0, 0] });
      if (sameShard)
        this.#meter.add(secondsNow(), (status.step - this.#step) * cells * status.job.components.length);
      this.#step = status.step;
    }
    if (status.doing === 'members') {
      const before = this.#status.doing === 'members' ? this.#status.updates : 0;
      this.#meter.add(secondsNow(), Math.max(0, status.updates - before));
    }
    const another = status.doing !== this.#status.doing;
    this.#status = status;
    if (!another && secondsNow() - this.#told < TELL_EVERY_SECONDS) return;
    this.#told = secondsNow();
    this.#publish();
  }

  #publish(): void {
    // What ends with the connection is no news; the contributor tells what comes next.
    if (this.#over) return;
    const status = this.#status;
    switch (status.doing) {
      case 'waiting': {
        this.#session.tell({ step: 0, doing: 'waiting' });
        return this.#tools.onChange({
          kind: 'waiting',
          reason: waitingFor(this.#session.room, this.#session.peer),
        });
      }
      case 'members': {
        const { sweep, running, done, updates } = status;
        this.#session.tell({ step: done, doing: 'computing members' });
        const rate = this.#meter.rate(secondsNow());
        const self = this.#session.peer;
        return this.#tools.onChange({ kind: 'members', self, sweep, running, done, updates, rate });
      }
      case 'computing': {
        const { job, plan, shard, step } = status;
        this.#session.tell({ step, doing: 'computing' });
        const ways = this.#links.ways();
        const links = [...this.#links.stats()].map(([peer, stats]): LinkStatus => {
          const roundTrip = ways.get(peer)?.roundTrip;
          return { peer, ...stats, ...(roundTrip !== undefined && { roundTrip }) };
        });
        return this.#tools.onChange({
          kind: 'computing',
          self: this.#session.peer,
          job,
          plan,
          shard,
          step,
          rate: this.#meter.rate(secondsNow()),
          links,
        });
      }
    }
  }
}

function endingOf(error: unknown): Ending {
  return { kind: error instanceof RefusedError ? 'refused' : 'closed', reason: textOf(error) };
}

/** Why this peer has no shard, in words for its owner. */
function waitingFor({ job, plan, roster }: RoomView, self: PeerId): string {
  switch (job?.state) {
    case 'waiting':
      return job.reason ?? 'the job waits';
    case 'running':
      // A sweep has no plan, and says what each is for all the same.
      return plan || roster.get(self)?.use ? unusedFor(roster.get(self)) : 'a plan is being made';
    default:
      return 'there is no work at the moment';
  }
}

function unusedFor(entry: RosterEntry | undefined): string {
  if (entry?.use?.kind === 'checks') return 'this device checks the work of others just now';
  if (entry?.use?.kind === 'left-out') return `this device is ${entry.use.says}`;
  const why = entry?.use && entry.use.kind !== 'shard' ? ` (${entry.use.says})` : '';
  return `the run is quicker without this device just now${why}; it stays ready`;
}

const textOf = (error: unknown) => (error instanceof GroundswellError ? error.message : String(error));
