import type { JobStatus, RoomStatus, RunLinks, SweepMembers } from '../../core/protocol/api.js';
import { element, say, sayIfAny, show } from '../contribute/elements.js';
import { followRoom, type RoomSnapshot, type RoomTools, unknownRoom } from '../contribute/follow-room.js';
import { summaryOf } from '../contribute/job-summary.js';
import { showCredit } from './credit-view.js';
import { showFleet } from './fleet-view.js';
import { showJob } from './job-view.js';
import { JobsView } from './jobs-view.js';
import type { LabApi } from './lab-api.js';
import { LogView } from './log-view.js';
import { MapView } from './map-view.js';
import { MembersView } from './members-view.js';
import { ProbePlots } from './probe-plots.js';
import { showResult } from './result-view.js';
import { showInvitations } from './share-view.js';
import { SubmitView } from './submit-view.js';
import { TrustView } from './trust-view.js';

/** The coordinator renews progress twice a second; a person needs no more. */
const ASK_EVERY_MS = 1_000;

export interface LabTools extends RoomTools {
  readonly api: LabApi;
  /** Of the page that shows what is computed in this room. */
  readonly watchAddress: string;
}

/** Brings the laboratory to life: it follows the room, and hands in, stops and resumes its jobs. */
export function openLab(tools: LabTools): void {
  void new Laboratory(tools).open();
}

class Laboratory {
  readonly #tools: LabTools;
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
  #outlined = '';

  constructor(tools: LabTools) {
    this.#tools = tools;
    this.#plots = new ProbePlots(tools.api);
  }

  async open(): Promise<void> {
    const { api } = this.#tools;
    new SubmitView({
      submit: async (file) => {
        const id = await api.submit(file);
        await this.#ask();
        this.#choose(id);
        this.#tell('Handed in.');
      },
      failed: (error) => this.#tellFailure(error),
    });
    // What scrolls is scrolled by keys too, in browsers that do not see to it themselves.
    for (const table of document.querySelectorAll<HTMLElement>('.table')) table.tabIndex = 0;
    element('rights-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#useToken();
    });
    this.#onClick('stop-job', (id) => api.stop(id), 'The job is stopped.');
    this.#onClick('resume-job', (id) => api.start(id), 'The job goes on.');
    void followRoom(this.#tools, (room) => {
      this.#room = room;
      this.#paintConnection();
    });
    for (;;) {
      await this.#ask();
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  #onClick(button: string, act: (id: string) => Promise<void>, done: string): void {
    element(button, HTMLButtonElement).addEventListener('click', () => {
      const id = this.#chosen;
      if (id === undefined) return;
      void act(id).then(
        async () => {
          this.#tell(done);
          await this.#ask();
          // The button that was pressed is gone.
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
      this.#tools.api.forgetToken();
      this.#tellFailure(error);
    }
    await this.#ask();
  }

  #choose(id: string): void {
    this.#chosen = id;
    this.#paint();
    element('job-title', HTMLElement).focus();
  }

  /** Asks after everything, and shows it. What fails is asked again. */
  async #ask(): Promise<void> {
    try {
      const { api } = this.#tools;
      this.#status = await api.status();
      if (this.#chosen === undefined) this.#chosen = this.#status.jobs.at(-1)?.id;
      this.#paint();
      const { events, last } = await api.events(this.#log.last);
      this.#trust.add(this.#log.add(events, last));
      showCredit(api, await api.credit());
      await this.#askForDetails();
      await this.#askForResult();
      if (this.#status.role === 'run' && !this.#hasLinks) {
        showInvitations(await api.invitations(), (words) => this.#tell(words));
        this.#hasLinks = true;
      }
    } catch (error) {
      // The line at the top says that the room is away.
      if (this.#room.connection.kind === 'open') this.#tellFailure(error);
    }
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

  async #askForResult(): Promise<void> {
    const job = this.#job;
    if (!job) return;
    const { progress } = job;
    if (progress) await this.#plots.follow(job.id, progress.step);
    // The result's arrays are there from its first step on.
    const key = progress && progress.step > 0 ? `${job.id} ${job.state === 'done'}` : job.id;
    if (key === this.#outlined) return;
    const outline = key === job.id ? undefined : await this.#tools.api.outline(job.id);
    if (this.#job?.id !== job.id) return;
    showResult(this.#tools.api, job, outline);
    this.#outlined = key;
  }

  get #job(): JobStatus | undefined {
    return this.#status?.jobs.find(({ id }) => id === this.#chosen);
  }

  #paint(): void {
    const [status, room, job] = [this.#status, this.#room, this.#job];
    if (!status) return;
    const mayRun = status.role === 'run';
    show('rights-form', !mayRun);
    element('submit', HTMLButtonElement).disabled = !mayRun;
    this.#jobs.show(status.jobs, this.#chosen);
    show('job-card', job !== undefined);
    const roomJob = room.job?.id === job?.id ? room.job : undefined;
    const summary = room.job && summaryOf(room.job);
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
    const { watchAddress } = this.#tools;
    return `${watchAddress}${watchAddress.includes('?') ? '&' : '?'}member=${member}`;
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

const NOTHING = { job: '', members: undefined, links: [] };

const CONNECTION = {
  connecting: 'Connecting…',
  open: 'Connected',
  lost: 'Reconnecting…',
  refused: 'Not connected',
} as const;
