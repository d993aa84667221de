import type { JobStatus, Outline, RoomStatus, RunLinks, SweepMembers } from '../../core/protocol/api.js';
import { element, say, sayIfAny, show } from '../contribute/elements.js';
import {
  followRoom,
  type RoomSnapshot,
  type RoomTools,
  refusalAt,
  unknownRoom,
} from '../contribute/follow-room.js';
import { summaryOf } from '../contribute/job-summary.js';
import { linkPages, roomSearch } from '../page-links.js';
import { showCredit } from './credit-view.js';
import { takeDownloads } from './download-link.js';
import { showFleet } from './fleet-view.js';
import { showJob } from './job-view.js';
import { JobsView } from './jobs-view.js';
import { type LabApi, RightsError } from './lab-api.js';
import { LogView } from './log-view.js';
import { MapView } from './map-view.js';
import { MembersView } from './members-view.js';
import { ProbePlots } from './probe-plots.js';
import { showResult, showResultState } from './result-view.js';
import { showInvitations } from './share-view.js';
import { SubmitView } from './submit-view.js';
import { TrustView } from './trust-view.js';

/** The coordinator renews progress twice a second; a person needs no more. */
const ASK_EVERY_MS = 1_000;

export interface LabTools {
  readonly api: LabApi;
  /** This page's own query. */
  readonly search: string;
  /** The room, with the rights that a query gives. */
  readonly roomFor: (search: string) => RoomTools;
}

/** Brings the laboratory to life: it follows the room, and hands in, stops and resumes its jobs. */
export function openLab(tools: LabTools): void {
  void new Laboratory(tools).open();
}

class Laboratory {
  readonly #tools: LabTools;
  readonly #submit: SubmitView;
  readonly #jobs = new JobsView((id) => this.#choose(id));
  readonly #map = new MapView();
  readonly #plots: ProbePlots;
  readonly #members = new MembersView();
  readonly #trust = new TrustView();
  readonly #log = new LogView();
  #room: RoomSnapshot = unknownRoom;
  #status: RoomStatus | undefined;
  /** The job that is looked at; the newest, until somebody chooses. */
  #chosen: string | undefined;
  #hasLinks = false;
  /** What was asked of the job that is looked at. */
  #details: {
    readonly job: string;
    readonly members: SweepMembers | undefined;
    readonly links: RunLinks['links'];
  } = NOTHING;
  /** The result that is shown, by its job and state: its arrays never change otherwise. */
  #outlined: { readonly key: string; readonly outline: Outline | undefined } = NO_RESULT;
  /** How often all was asked: what happened, and what there is of a result, is shown by the last that asks, and not twice. */
  #asks = 0;
  /** The query by which other pages of this room are opened. */
  #search: string;
  #enter = () => {};
  /** Resolves when the coordinator has let this page in, or has not refused to. */
  readonly #entered = new Promise<void>((resolve) => {
    this.#enter = resolve;
  });

  constructor(tools: LabTools) {
    this.#tools = tools;
    this.#search = tools.search;
    this.#plots = new ProbePlots(tools.api);
    this.#submit = new SubmitView({
      submit: async (file) => {
        const id = await tools.api.submit(file);
        await this.#ask();
        this.#choose(id);
        this.#tell('Handed in.');
      },
      failed: (error) => this.#tellFailure(error),
    });
  }

  async open(): Promise<void> {
    const { api } = this.#tools;
    linkPages(this.#search);
    takeDownloads(element('main', HTMLElement), {
      download: (address) => api.download(address),
      tell: (words) => this.#tell(words),
    });
    // What scrolls is scrolled by keys too, in browsers that do not see to it themselves.
    for (const table of document.querySelectorAll<HTMLElement>('.table')) table.tabIndex = 0;
    element('rights-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#useToken();
    });
    this.#onClick('stop-job', (id) => api.stop(id), 'The job is stopped.');
    this.#onClick('resume-job', (id) => api.start(id), 'The job goes on.');
    void this.#followRoom().catch((error) => this.#tellFailure(error));
    for (;;) {
      await this.#ask();
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** Follows the room once the page has been let in. No WebSocket carries a token: where that was needed, a link is. */
  async #followRoom(): Promise<void> {
    const { api, roomFor } = this.#tools;
    await this.#entered;
    if ((await refusalAt(roomFor(this.#search).statusAddress))?.isFinal) {
      const { contribute } = await api.invitations();
      this.#search = new URL(contribute).search;
      linkPages(this.#search);
    }
    await followRoom(roomFor(this.#search), (room) => {
      this.#room = room;
      this.#paintConnection();
    });
  }

  #onClick(button: string, act: (id: string) => Promise<void>, done: string): void {
    const pressed = element(button, HTMLButtonElement);
    pressed.addEventListener('click', () => {
      const id = this.#chosen;
      if (id === undefined) return;
      void act(id).then(
        async () => {
          this.#tell(done);
          await this.#ask();
          // The button that was pressed is gone; whoever has moved on since stays there.
          const { activeElement } = document;
          if (activeElement === pressed || activeElement === document.body)
            element('job-title', HTMLElement).focus();
        },
        (error) => this.#tellFailure(error),
      );
    });
  }

  async #useToken(): Promise<void> {
    const field = element('token', HTMLInputElement);
    this.#tools.api.useToken(field.value.trim());
    try {
      await this.#tools.api.status();
      field.value = '';
      this.#tell('The token is right.');
    } catch (error) {
      if (error instanceof RightsError) this.#tools.api.forgetToken();
      this.#tellFailure(error);
    }
    await this.#ask();
  }

  #choose(id: string): void {
    if (id !== this.#chosen) {
      // What another job has brought about is none of this one's.
      this.#outlined = NO_RESULT;
      for (const card of ['probes-card', 'result-card']) show(card, false);
    }
    this.#chosen = id;
    this.#paint();
    element('job-title', HTMLElement).focus();
  }

  /** Asks after everything, and shows it. What fails is asked again. */
  async #ask(): Promise<void> {
    this.#asks += 1;
    const ask = this.#asks;
    const isNews = () => ask === this.#asks;
    try {
      const { api } = this.#tools;
      const status = await api.status();
      this.#status = status;
      this.#enter();
      if (this.#chosen === undefined) this.#chosen = status.jobs.at(-1)?.id;
      this.#paint();
      const { events, last } = await api.events(this.#log.last);
      if (!isNews()) return;
      this.#trust.add(this.#log.add(events, last));
      showCredit(api, await api.credit());
      await this.#askForDetails();
      await this.#askForResult(isNews);
      if (status.role === 'run' && !this.#hasLinks) {
        const invitations = await api.invitations();
        if (this.#hasLinks) return;
        this.#hasLinks = true;
        showInvitations(invitations, (words) => this.#tell(words));
      }
    } catch (error) {
      if (error instanceof RightsError && !this.#status) return this.#askForToken(error);
      // A room that nobody has opened yet is opened by following it.
      this.#enter();
      const { kind } = this.#room.connection;
      // The line at the top says that a room that was seen is away.
      if (kind === 'open' || (kind === 'lost' && !this.#status)) this.#tellFailure(error);
    }
  }

  /** Not let in at all, as from another machine without a link. */
  #askForToken({ message }: RightsError): void {
    show('rights-form', true);
    show('may-not', true);
    say('connection', 'Not let in');
    say('no-jobs', `Not to be seen yet: ${message}. Or give the token below.`);
  }

  /** The members of a sweep, and the links of a run. */
  async #askForDetails(): Promise<void> {
    const job = this.#job;
    if (!job) return;
    const { api } = this.#tools;
    const members = job.progress?.members && (await api.members(job.id));
    const { links } = job.plan ? await api.links(job.id) : NOTHING;
    this.#details = { job: job.id, members, links };
    this.#paint();
  }

  async #askForResult(isNews: () => boolean): Promise<void> {
    const job = this.#job;
    if (!job) return;
    const { progress } = job;
    if (progress) await this.#plots.follow(job.id, progress.step);
    // The result's arrays are there from its first step on, also where the run goes on from its beginning.
    const key =
      progress && (progress.step > 0 || job.state === 'stopped' || job.state === 'failed')
        ? `${job.id} ${job.state === 'done'}`
        : job.id;
    if (key !== this.#outlined.key) {
      const outline = key === job.id ? undefined : await this.#outlineOf(job);
      if (this.#job?.id !== job.id || !isNews()) return;
      showResult(this.#tools.api, job, outline);
      this.#outlined = { key, outline };
    }
    if (this.#outlined.outline) showResultState(job, this.#outlined.outline);
  }

  /** Undefined of a run that ended before it had begun. */
  async #outlineOf({ id, progress }: JobStatus): Promise<Outline | undefined> {
    try {
      return await this.#tools.api.outline(id);
    } catch (error) {
      if (progress && progress.step > 0) throw error;
      return undefined;
    }
  }

  get #job(): JobStatus | undefined {
    return this.#status?.jobs.find(({ id }) => id === this.#chosen);
  }

  #paint(): void {
    const [status, room, job] = [this.#status, this.#room, this.#job];
    if (!status) return;
    const mayRun = status.role === 'run';
    show('rights-form', !mayRun);
    this.#submit.allow(mayRun);
    show('may-not', !mayRun);
    this.#jobs.show(status.jobs, this.#chosen);
    show('job-card', job !== undefined);
    const roomJob = room.job?.id === job?.id ? room.job : undefined;
    const summary = room.job && summaryOf(room.job);
    show('see-place', roomJob !== undefined);
    if (job) showJob({ job, title: roomJob && summary?.title, peers: status.peers, mayRun });
    const { members, links } = this.#details.job === job?.id ? this.#details : NOTHING;
    this.#map.show({ roomJob, plan: job?.plan, peers: status.peers, links });
    const watchAddress = roomJob && this.#watchMember;
    this.#members.show(job && members && { job, members, peers: status.peers, watchAddress });
    this.#trust.show(job);
    const running = status.jobs.find(({ plan }) => plan !== undefined);
    showFleet(status, running?.plan, running?.id === room.job?.id ? summary?.shape : undefined);
  }

  readonly #watchMember = (member: number): string => {
    const query = new URLSearchParams(roomSearch(this.#search));
    query.set('member', String(member));
    return `watch?${query}`;
  };

  #paintConnection(): void {
    const { connection } = this.#room;
    element('connection', HTMLElement).dataset.connection = connection.kind;
    sayIfAny('connection', CONNECTION[connection.kind]);
    if (connection.kind === 'refused') this.#tell(connection.reason);
    if (connection.kind === 'lost' && connection.reason !== undefined) this.#tell(connection.reason);
  }

  #tell(words: string): void {
    say('told', words);
  }

  #tellFailure(error: unknown): void {
    this.#tell(error instanceof Error ? error.message : String(error));
  }
}

const NO_RESULT = { key: '', outline: undefined };

const NOTHING = { job: '', members: undefined, links: [] };

const CONNECTION = {
  connecting: 'Connecting…',
  open: 'Connected',
  lost: 'Reconnecting…',
  refused: 'Not connected',
} as const;
