import { secondsNow } from '../../shaders/clock.js';
import { GroundswellError, ProtocolError } from '../errors.js';
import { checkJob } from '../job/check.js';
import type { Job } from '../job/job.js';
import { Links } from '../links/links.js';
import { RelayTransports } from '../links/relay.js';
import { after } from '../links/timer.js';
import type { IceServer, TransportFactory } from '../links/transport.js';
import { PROTOCOL_VERSION, VIEW_STARVED_MS } from '../protocol/limits.js';
import { Line } from '../protocol/line.js';
import type { PeerId } from '../protocol/plan.js';
import { pauseBefore } from '../protocol/reconnect.js';
import type { RoomView } from '../protocol/replica.js';
import type { Socket } from '../protocol/socket.js';
import type { Frame } from './frames.js';
import { holdersOf, Looking, type Sought } from './looking.js';
import { type Sight, sameSight } from './view.js';

export interface ViewerTools {
  /** Rejects where the coordinator can't be reached. */
  connect(): Promise<Socket>;
  readonly transports: TransportFactory;
  readonly kind: 'node' | 'browser';
  readonly onChange: (state: ViewerState) => void;
  /** A whole frame of what was asked for last, of the job that the room runs. */
  readonly onFrame: (
    frame: Frame,
    of: { readonly view: Sight; readonly job: Job; readonly jobId: string },
  ) => void;
}

/** What a viewer knows of the room. `lost`: it comes back by itself. `refused`: it does not. */
export type ViewerState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly self: PeerId; readonly room: RoomView; readonly notice: string }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Takes part in a room as a viewer: sees planes of what it computes, and may do nothing else. */
export class Viewer {
  /** Resolves when it is closed, or has been refused. */
  readonly finished: Promise<void>;
  readonly #tools: ViewerTools;
  #visit: ViewerVisit | undefined;
  #view: Sight | undefined;
  #closed = false;
  #stopPause = () => {};

  constructor(tools: ViewerTools) {
    this.#tools = tools;
    this.finished = this.#stay();
  }

  /** What it wants to see from now on. */
  look(view: Sight | undefined): void {
    this.#view = view;
    this.#visit?.look(view);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopPause();
    this.#visit?.close();
    await this.finished;
  }

  async #stay(): Promise<void> {
    const { onChange } = this.#tools;
    for (let failures = 0; !this.#closed; failures++) {
      const ending = await this.#visitOnce(() => {
        failures = 0;
      });
      if (this.#closed) return;
      onChange(ending);
      if (ending.kind === 'refused') return;
      await new Promise<void>((resolve) => {
        const cancel = after(pauseBefore(failures), resolve);
        this.#stopPause = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  async #visitOnce(onOpen: () => void): Promise<Extract<ViewerState, { kind: 'lost' | 'refused' }>> {
    let socket: Socket;
    try {
      socket = await this.#tools.connect();
    } catch (error) {
      return { kind: 'lost', reason: error instanceof Error ? error.message : String(error) };
    }
    const visit = new ViewerVisit(this.#tools, socket, onOpen);
    this.#visit = visit;
    visit.look(this.#view);
    if (this.#closed) visit.close();
    const ending = await visit.ended;
    this.#visit = undefined;
    return ending;
  }
}

/** What a viewer is fed from, as far as the room says. */
interface Feed extends Sought {
  readonly jobId: string;
}

/** One connection of a viewer. */
class ViewerVisit {
  readonly ended: Promise<Extract<ViewerState, { kind: 'lost' | 'refused' }>>;
  readonly #tools: ViewerTools;
  readonly #line: Line;
  readonly #onOpen: () => void;
  #place: { readonly self: PeerId; readonly links: Links; readonly looking: Looking } | undefined;
  #iceServers: readonly IceServer[] = [];
  readonly #relay: RelayTransports;
  #view: Sight | undefined;
  #feed: Feed | undefined;
  #job: { readonly id: string; readonly job: Job | undefined } | undefined;
  #notice = '';
  /** The viewer before has sent nothing for too long: the peers are asked instead. */
  #starved: PeerId | undefined;
  #stopHunger = () => {};
  #present: Pick<RoomView, 'roster' | 'viewers'> = { roster: new Map(), viewers: new Map() };

  constructor(tools: ViewerTools, socket: Socket, onOpen: () => void) {
    this.#tools = tools;
    this.#onOpen = onOpen;
    this.#line = new Line(socket);
    this.#relay = new RelayTransports((frame) => this.#line.sendWritten(frame));
    this.#line.send({ type: 'watch', version: PROTOCOL_VERSION, kind: tools.kind });
    this.ended = new Promise((resolve) => {
      this.#line.listen({
        changed: () => this.#follow(),
        heard: (message) => this.#heard(message),
        relayed: (frame) => this.#relay.received(frame),
        ended: ({ kind, reason }) => {
          this.#part();
          resolve({ kind: kind === 'refused' ? 'refused' : 'lost', reason });
        },
      });
    });
  }

  look(view: Sight | undefined): void {
    this.#view = view;
    this.#notice = '';
    if (this.#place) this.#say();
  }

  close(): void {
    this.#line.close();
  }

  #say(): void {
    this.#line.send({ type: 'view', ...(this.#view && { view: this.#view }) });
  }

  #part(): void {
    this.#stopHunger();
    this.#place?.looking.seek(undefined);
    this.#place?.links.close();
    this.#relay.end('the connection to the coordinator ended');
    this.#place = undefined;
  }

  #heard(message: Parameters<Parameters<Line['listen']>[0]['heard']>[0]): void {
    switch (message.type) {
      case 'watching':
        this.#iceServers = message.iceServers;
        this.#place = this.#takePlace(message.peer);
        this.#onOpen();
        this.#say();
        return this.#follow();
      case 'signal':
        return this.#place?.links.signalled(message.from, message.link, message.data);
      case 'ice':
        this.#iceServers = message.iceServers;
        return;
      case 'refused':
        if (message.code === 'no-such-peer') return;
        this.#notice = message.reason;
        return this.#follow();
    }
  }

  #takePlace(self: PeerId) {
    const room = this.#line.replica;
    const links: Links = new Links({
      self,
      factory: this.#tools.transports,
      relay: (peer) => this.#relay.to(peer),
      iceServers: () => this.#iceServers,
      offers: (peer) => !room.viewers.has(peer) || self < peer,
      kindOf: (peer) => (room.roster.get(peer) ?? room.viewers.get(peer))?.kind,
      send: (to, link, data) => this.#line.send({ type: 'signal', to, link, data }),
      onMessage: (sender, message) => {
        if (message.type === 'slice') looking.came(sender, message);
        else if (message.type === 'look') refuseQuietly(() => looking.asked(sender, message));
      },
      onLost: (peer) => looking.lost(peer),
    });
    const looking = new Looking({ links, now: secondsNow, onFrame: (frame) => this.#seen(frame) });
    return { self, links, looking };
  }

  #seen(frame: Frame): void {
    this.#watchHunger();
    if (this.#feed) this.#tools.onFrame(frame, this.#feed);
  }

  /** The room has changed: others may hold the plane now, or pass it on. */
  #follow(): void {
    if (!this.#place) return;
    const room = this.#line.replica;
    this.#keepPresent(room);
    const feed = this.#feedFrom(room);
    if (!sameFeed(this.#feed, feed)) {
      this.#feed = feed;
      this.#place.looking.seek(feed);
      this.#watchHunger();
    }
    this.#meetThoseServed(room, this.#place);
    this.#place.looking.rate = this.#rateWanted(room);
    this.#tools.onChange({ kind: 'open', self: this.#place.self, room, notice: this.#notice });
  }

  /** Of two viewers either may be the one that has to offer. */
  #meetThoseServed(
    { viewers }: RoomView,
    { self, links }: { readonly self: PeerId; readonly links: Links },
  ): void {
    for (const [viewer, { from }] of viewers) if (from === self) links.to(viewer).catch(() => {});
  }

  #keepPresent({ roster, viewers }: RoomView): void {
    if (this.#present.roster === roster && this.#present.viewers === viewers) return;
    this.#present = { roster, viewers };
    this.#place?.links.keepOnly({ has: (peer) => roster.has(peer) || viewers.has(peer) });
    this.#place?.looking.keepOnly(viewers);
  }

  /** Undefined while nothing can be seen: no job runs, or the coordinator has not yet said who is asked. */
  #feedFrom(room: RoomView): Feed | undefined {
    const entry = this.#place && room.viewers.get(this.#place.self);
    const { job: roomJob, plan, progress } = room;
    if (!this.#view || !entry?.view || !sameSight(entry.view, this.#view)) return undefined;
    if (roomJob?.state !== 'running' || plan?.job !== roomJob.id) return undefined;
    const job = this.#jobOf(roomJob.id, roomJob.file);
    if (!job) return undefined;
    const isFed = entry.from !== undefined && entry.from !== this.#starved;
    const sources = isFed ? [entry.from as PeerId] : holdersOf(this.#view, job, plan);
    const { exchangeEvery, epoch } = plan;
    const stepSeconds = progress?.stepSeconds?.measured ?? progress?.stepSeconds?.predicted;
    return { view: this.#view, job, jobId: roomJob.id, sources, exchangeEvery, epoch, stepSeconds };
  }

  #jobOf(id: string, file: unknown): Job | undefined {
    if (this.#job?.id !== id) this.#job = { id, job: readableJob(file) };
    return this.#job.job;
  }

  /** The most that this viewer or one that is served through it wants. */
  #rateWanted({ viewers }: RoomView): number {
    const view = this.#view;
    if (!view) return 1;
    const rates = [...viewers.values()].flatMap((entry) =>
      entry.view && sameSight(entry.view, view) ? [entry.view.rate] : [],
    );
    return Math.max(view.rate, ...rates);
  }

  /** From now on, frames have to come from the viewer before within a while. */
  #watchHunger(): void {
    this.#stopHunger();
    const entry = this.#place && this.#line.replica.viewers.get(this.#place.self);
    if (entry?.from === undefined || entry.from === this.#starved || !this.#feed) return;
    const { from } = entry;
    const step = this.#line.replica.progress?.step;
    this.#stopHunger = after(VIEW_STARVED_MS, () => {
      if (this.#line.replica.progress?.step === step) return this.#watchHunger();
      this.#starved = from;
      this.#follow();
    });
  }
}

function sameFeed(a: Feed | undefined, b: Feed | undefined): boolean {
  if (!a || !b) return a === b;
  const sameRun = a.jobId === b.jobId && a.exchangeEvery === b.exchangeEvery && a.epoch === b.epoch;
  if (!sameRun || !sameSight(a.view, b.view)) return false;
  return a.sources.length === b.sources.length && a.sources.every((peer, i) => peer === b.sources[i]);
}

/** Undefined where this program can't read the file: then nothing of it can be shown. */
function readableJob(file: unknown): Job | undefined {
  try {
    return checkJob(file);
  } catch (error) {
    if (error instanceof GroundswellError) return undefined;
    throw error;
  }
}

function refuseQuietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
