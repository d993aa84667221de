import { GroundswellError } from '../../core/errors.js';
import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import { isSweep, memberOf, readSweep } from '../../core/job/sweep.js';
import type { TransportFactory } from '../../core/links/transport.js';
import type { RoomJob } from '../../core/protocol/document.js';
import { memberId } from '../../core/protocol/member-id.js';
import type { Socket } from '../../core/protocol/socket.js';
import type { Frame } from '../../core/watch/frames.js';
import { samplesOf } from '../../core/watch/looking.js';
import { bordersOn, marksOf } from '../../core/watch/marks.js';
import { planeOf } from '../../core/watch/plane.js';
import { Range } from '../../core/watch/range.js';
import { type Snapshots, type StoredAt, type StoredPlanes, snapshotsFor } from '../../core/watch/stored.js';
import { axesAcross, type Sight } from '../../core/watch/view.js';
import { Viewer, type ViewerState } from '../../core/watch/viewer.js';
import { element, say, sayIfAny, show as showPlace } from '../contribute/elements.js';
import { Repaint } from '../contribute/repaint.js';
import type { ListedMember } from '../sweep/members.js';
import { type Choices, choicesIn, kioskSearch, searchWith, sightOf } from './choices.js';
import { Controls } from './controls.js';
import { FrameReader, type Picture } from './frame-reader.js';
import { MemberChoice, memberSeen } from './member-choice.js';
import { count } from './numbers.js';
import { describe, drawOverlay } from './overlay.js';
import { Screen, type ScreenMeans } from './screen.js';
import { TimeBar } from './time-bar.js';
import { VolumeScreen } from './volume/volume-screen.js';
import { CONNECTION_WORDS, rateWords, type Seen, sightWords, wordsFor } from './words.js';

export interface PageTools {
  readonly connect: () => Promise<Socket>;
  readonly transports: TransportFactory;
  readonly stored: StoredPlanes;
  readonly screen: ScreenMeans;
  /** The address's query, and what writes it. */
  readonly search: string;
  readonly onSearch: (search: string) => void;
}

/** What may be looked at: a job, or a member of a sweep, which is never seen live. */
interface Subject {
  readonly id: string;
  readonly file: unknown;
  readonly member?: ListedMember;
}

/** A subject that is looked at: what the coordinator says of it, and its file as far as it can be read here. */
interface Watched {
  readonly id: string;
  readonly job: Job;
  readonly snapshots: Snapshots;
  readonly isLive: boolean;
}

/** How often at most it is asked which snapshots there are. */
const ASK_EVERY_MS = 2_000;

/** Brings the watch page to life. */
export function openPage(tools: PageTools): void {
  new WatchPage(tools).open();
}

class WatchPage {
  readonly #tools: PageTools;
  readonly #viewer: Viewer;
  readonly #screen: Screen;
  readonly #volumes: VolumeScreen;
  readonly #controls = new Controls((change) => this.#choose(change));
  readonly #times = new TimeBar({
    onStored: (at) => void this.#showStored(at),
    onLive: () => this.#goLive(),
    onPause: (paused) => this.#pause(paused),
  });
  readonly #memberChoice = new MemberChoice((member) => this.#choose({ member }));
  readonly #repaint = new Repaint(() => this.#paint());
  readonly #range = new Range();
  readonly #reader = new FrameReader((picture) => this.#read(picture));
  #choices: Choices;
  #state: ViewerState = { kind: 'connecting' };
  #watched: Watched | undefined;
  /** The member that is shown as long as the visitor chooses none: it stays when others are done too. */
  #settled: { readonly sweep: string; readonly member: number } | undefined;
  #asked = { about: '', at: Number.NEGATIVE_INFINITY };
  #seen: Seen = { kind: 'nothing' };
  #picture: Picture | undefined;
  /** What is shown as it comes; or not, while somebody looks at the past. */
  #follows: 'live' | 'paused' | 'stored' = 'live';
  #frames = { since: 0, count: 0 };
  /** When the newest picture came. */
  #cameAt = 0;

  constructor(tools: PageTools) {
    this.#tools = tools;
    this.#choices = choicesIn(tools.search);
    this.#screen = new Screen(tools.screen);
    this.#volumes = new VolumeScreen(tools.screen, this.#choices.turn, (turn) => this.#choose({ turn }));
    this.#viewer = new Viewer({
      connect: tools.connect,
      transports: tools.transports,
      kind: 'browser',
      onChange: (state) => this.#changed(state),
      onFrame: (frame, of) => this.#came(frame, of),
    });
  }

  open(): void {
    void this.#screen.open().then(() => this.#paint());
    this.#paint();
  }

  get #view(): Sight | undefined {
    return this.#watched && sightOf(this.#choices, this.#watched.snapshots, this.#screen.pixels);
  }

  #changed(state: ViewerState): void {
    this.#state = state;
    if (state.kind === 'open') void this.#meet(state);
    this.#repaint.soon();
  }

  /** Learns what the room's job has to show; asks again now and then, for snapshots are added. */
  async #meet({ room: { job } }: Extract<ViewerState, { kind: 'open' }>): Promise<void> {
    const now = performance.now();
    if (!job) return;
    // A job that ends is asked after at once: nothing else may follow.
    const about = `${job.id} ${job.state} ${this.#choices.member}`;
    if (about === this.#asked.about && now - this.#asked.at < ASK_EVERY_MS) return;
    this.#asked = { about, at: now };
    try {
      const { id, file, member } = await this.#subjectOf(job);
      const snapshots = await this.#tools.stored.snapshots(id);
      // Something else was chosen meanwhile.
      if (this.#asked.about !== about) return;
      if (this.#watched?.id === id) this.#watched = { ...this.#watched, snapshots };
      else this.#begin({ id, job: checkJob(file), snapshots, isLive: member === undefined });
      this.#offerTimes();
      if (this.#isOver && this.#seen.kind !== 'stored') await this.#showLast();
      this.#repaint.soon();
    } catch (error) {
      if (!(error instanceof GroundswellError)) throw error;
      say('detail', error.message);
    }
  }

  /** Of a sweep, the member that is chosen. */
  async #subjectOf({ id, file }: RoomJob): Promise<Subject> {
    if (!isSweep(file)) {
      this.#memberChoice.show(undefined, undefined);
      return { id, file };
    }
    const members = await this.#tools.stored.members(id);
    const before = this.#settled?.sweep === id ? this.#settled.member : undefined;
    const member = memberSeen(members, this.#choices.member ?? before);
    if (member.state === 'done') this.#settled = { sweep: id, member: member.number };
    this.#memberChoice.show(members, member);
    const sweep = readSweep(file);
    return { id: memberId(id, member.places), file: memberOf(sweep, file, member.number).file, member };
  }

  #begin(watched: Watched): void {
    this.#watched = watched;
    this.#follows = watched.isLive ? 'live' : 'stored';
    this.#seen = { kind: 'nothing' };
    this.#look();
  }

  #choose(change: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...change };
    this.#tools.onSearch(searchWith(this.#tools.search, this.#choices));
    if ('member' in change && this.#state.kind === 'open') return void this.#meet(this.#state);
    const looksElsewhere = 'state' in change || 'axis' in change || 'at' in change || 'rate' in change;
    if (looksElsewhere) this.#look(change.rate === undefined);
    else if (this.#picture && change.turn === undefined) this.#draw(this.#picture);
    this.#repaint.now();
  }

  /** Asks for what is chosen. */
  #look(elsewhere = true): void {
    const view = this.#view;
    this.#viewer.look(this.#watched?.isLive ? view : undefined);
    if (!view || !elsewhere) return;
    this.#range.reset();
    this.#reader.drop();
    this.#offerTimes();
    if (view.axis === 'all') {
      // Of what is stored, planes are seen.
      this.#seen = { kind: 'nothing' };
      this.#follows = 'live';
    } else if (this.#follows === 'stored' || this.#isOver) void this.#showLast();
    else if (!this.#isRunning) this.#seen = { kind: 'nothing' };
  }

  #offerTimes(): void {
    const [watched, view] = [this.#watched, this.#view];
    // Of volumes, planes are stored.
    if (watched && view) this.#times.offer(view.axis === 'all' ? [] : snapshotsFor(watched.snapshots, view));
  }

  #came(frame: Frame, { view, job }: { readonly view: Sight; readonly job: Job }): void {
    const samples = samplesOf(view, job);
    if (!samples || this.#follows !== 'live') return;
    this.#reader.came({ frame, samples, kind: view.axis === 'all' ? 'volume' : 'plane' });
  }

  #read(picture: Picture): void {
    if (this.#follows !== 'live') return;
    this.#frames.count += 1;
    this.#cameAt = performance.now();
    this.#show(picture, { kind: 'live', step: numbersOf(picture).step, paused: false });
  }

  async #showStored(at: StoredAt): Promise<void> {
    const [watched, view] = [this.#watched, this.#view];
    const samples = watched && view && samplesOf(view, watched.job);
    if (!samples || view.axis === 'all') return;
    this.#follows = 'stored';
    try {
      const slice = await this.#tools.stored.plane(watched.id, view, at);
      const plane = await planeOf({ plan: 0, step: at.step, slices: [slice] }, samples);
      if (this.#follows === 'stored') this.#show({ kind: 'plane', plane }, { kind: 'stored', step: at.step });
    } catch (error) {
      if (!(error instanceof GroundswellError)) throw error;
      say('detail', error.message);
    }
  }

  async #showLast(): Promise<void> {
    const last = this.#times.last;
    if (last) await this.#showStored(last);
  }

  #goLive(): void {
    this.#follows = 'live';
    this.#range.reset();
    this.#repaint.now();
  }

  #pause(paused: boolean): void {
    this.#follows = paused ? 'paused' : 'live';
    if (this.#seen.kind === 'live') this.#seen = { ...this.#seen, paused };
    this.#repaint.now();
  }

  #show(picture: Picture, seen: Seen): void {
    this.#picture = picture;
    const isNews = seen.kind !== this.#seen.kind;
    this.#seen = seen;
    this.#draw(picture);
    const { dataset } = element('main', HTMLElement);
    dataset.step = String(numbersOf(picture).step);
    if (isNews) this.#repaint.now();
    else this.#repaint.soon();
  }

  #draw(picture: Picture): void {
    const { values, error } = numbersOf(picture);
    const followed = this.#range.follow(values);
    const peak = this.#choices.peak ?? followed;
    if (picture.kind === 'plane') this.#screen.show(picture.plane, this.#colours, peak);
    else this.#screen.showScale(this.#colours, peak);
    if (picture.kind === 'volume') this.#volumes.show(picture.volume, this.#colours, peak);
    const { dataset } = element('main', HTMLElement);
    dataset.peak = String(peak);
    dataset.error = String(error);
  }

  /** Waves swing about 0; what is tracked of them does not. */
  get #colours() {
    const state = this.#view?.state;
    const kind = this.#watched?.snapshots.states.find(({ name }) => name === state)?.kind;
    return this.#choices.colours ?? (kind === 'tracker' ? 'light' : 'diverging');
  }

  #paint(): void {
    const [state, seen, watched, view] = [this.#state, this.#seen, this.#watched, this.#view];
    const { dataset } = element('main', HTMLElement);
    dataset.seen = seen.kind;
    dataset.painter = this.#screen.painter ?? '';
    dataset.follows = this.#follows;
    const { title, detail } = wordsFor(state, seen, view?.axis);
    say('title', title);
    say('detail', detail);
    sayIfAny('empty', seen.kind === 'nothing' ? title : '');
    say('job', watched ? (watched.job.file.title ?? watched.job.name) : 'Watch');
    document.title = `${title} · Watch · Groundswell`;
    this.#paintConnection();
    if (!watched || !view) return;
    const { steps } = watched.snapshots;
    const step = seen.kind === 'nothing' ? undefined : seen.step;
    say(
      'step',
      step === undefined
        ? ''
        : `step ${count(step)} of ${count(steps)}, ${sightWords(view, watched.snapshots)}`,
    );
    this.#controls.offer(watched.snapshots, view.axis);
    const peak = Number(dataset.peak ?? 1) || 1;
    const { state: field, axis } = view;
    const at = view.axis === 'all' ? 0 : view.at;
    this.#controls.show(this.#choices, { state: field, axis, at, colours: this.#colours, peak });
    dataset.view = axis === 'all' ? 'volume' : 'plane';
    showPlace('volume-place', axis === 'all');
    const vetted = state.kind === 'open' ? state.room.progress?.vetted : undefined;
    this.#times.show({ seen, follows: this.#follows, isRunning: this.#isRunning, vetted });
    this.#paintMarks(watched, view);
    this.#paintRate();
    element('kiosk', HTMLAnchorElement).search = kioskSearch(this.#tools.search, this.#choices);
  }

  get #plan() {
    return this.#state.kind === 'open' ? this.#state.room.plan : undefined;
  }

  get #isRunning(): boolean {
    const isLive = this.#watched?.isLive ?? false;
    return isLive && this.#state.kind === 'open' && this.#state.room.job?.state === 'running';
  }

  /** Nothing more comes of it: what is stored is all there is. */
  get #isOver(): boolean {
    if (this.#watched && !this.#watched.isLive) return true;
    const job = this.#state.kind === 'open' ? this.#state.room.job : undefined;
    return job !== undefined && job.state !== 'running' && job.state !== 'waiting';
  }

  #paintMarks({ job }: Watched, view: Sight): void {
    const { shape } = job.grid;
    if (view.axis === 'all') {
      const shards = this.#choices.borders && this.#isRunning ? (this.#plan?.shards ?? []) : [];
      this.#volumes.outline(
        shape,
        shards.map(({ box }) => box),
      );
      return say('marks-in-words', '');
    }
    const [down, across] = axesAcross(view.axis);
    const marks = this.#choices.marks ? marksOf(job, view) : [];
    const plan = this.#plan;
    const borders = this.#choices.borders && plan && this.#isRunning ? bordersOn(job, plan, view) : [];
    drawOverlay(element('overlay', SVGSVGElement), {
      rows: shape[down],
      columns: shape[across],
      marks,
      borders,
    });
    say('marks-in-words', describe(marks));
  }

  #paintRate(): void {
    const now = performance.now();
    const seconds = (now - this.#frames.since) / 1000;
    if (seconds < 1) return;
    const rate = this.#frames.count / seconds;
    this.#frames = { since: now, count: 0 };
    const isLive = this.#follows === 'live' && this.#seen.kind === 'live' && this.#isRunning;
    say('seen-rate', isLive ? rateWords(rate, (now - this.#cameAt) / 1000) : '');
  }

  #paintConnection(): void {
    element('connection', HTMLElement).dataset.connection = this.#state.kind;
    say('connection', CONNECTION_WORDS[this.#state.kind]);
  }
}

const numbersOf = (picture: Picture) => (picture.kind === 'plane' ? picture.plane : picture.volume);
