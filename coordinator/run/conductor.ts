import type { Job } from '../../core/job/job.js';
import { isWholeSweep, type JobOrSweep, type WholeSweep } from '../../core/job/whole-sweep.js';
import type { MeasuredLink } from '../../core/plan/known-fleet.js';
import { CHECKS_OTHERS } from '../../core/plan/use-words.js';
import type { ShownUse } from '../../core/protocol/document.js';
import { holdersIn, isShadow } from '../../core/protocol/holders.js';
import { resultKey } from '../../core/protocol/keys.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { ExportedLedger } from '../../core/trust/reputation/ledger.js';
import { writeJobEnd } from '../job-end.js';
import type {
  Conductor,
  JobStatus,
  Member,
  ProbeReader,
  RoomDocument,
  RunMessage,
} from '../room/conductor.js';
import type { Store } from '../store/store.js';
import type { MembersNow } from '../sweep/members-now.js';
import type { SweepWriter } from '../sweep/sweep-parts.js';
import { SweepRun } from '../sweep/sweep-run.js';
import { Inspection, type InspectionTools } from '../trust/inspection.js';
import type { Duty } from '../trust/inspectors.js';
import { Background } from './background.js';
import type { ResultWriter } from './job-parts.js';
import { JobRun } from './job-run.js';
import { patientStore } from './patient-store.js';
import type { Run } from './run.js';
import { RunLog } from './run-log.js';
import type { End } from './run-tools.js';

/** Ended jobs whose status is kept. */
const REMEMBERED = 100;

const STOPPED = 'stopped on request';

export interface ConductorTools {
  readonly document: RoomDocument;
  readonly store: Store;
  /** The coordinator's term: grows with each coordinator that goes on with the store's jobs. */
  readonly term: number;
  /** What checks peers; nobody is checked where it is left out. */
  readonly trust?: InspectionTools;
  readonly resultWriter: (store: Store, id: string, job: Job) => ResultWriter;
  readonly sweepWriter: (store: Store, id: string, sweep: WholeSweep) => SweepWriter;
  readonly log: (event: string, details: object) => void;
}

interface Entry {
  readonly id: string;
  readonly work: JobOrSweep;
  run: Run | undefined;
  /** Stopped before its turn came. */
  stopped: boolean;
  readonly waiters: ((status: JobStatus) => void)[];
}

/** Runs a room's jobs in the order they came. */
export function conductor(tools: ConductorTools): Conductor {
  return new RoomConductor(tools);
}

class RoomConductor implements Conductor {
  readonly #tools: ConductorTools;
  readonly log = new RunLog();
  readonly #members = new Map<PeerId, Member>();
  /** Those that have shown a key, or are about to. */
  readonly #withKey = new WeakSet<Member>();
  readonly #entries: Entry[] = [];
  readonly #background = new Background((error) => this.#tell('end-not-recorded', { reason: String(error) }));
  /** Ends the waiting for a store that fails. */
  readonly #closing = new AbortController();
  #plans = 0;
  #closed = false;

  readonly #inspection: Inspection | undefined;

  constructor(tools: ConductorTools) {
    this.#tools = tools;
    const { trust, store, term, log } = tools;
    const onTrouble = (reason: string | undefined) =>
      this.#tell('store', { ...(reason !== undefined && { reason }) });
    const patient = patientStore(store, { onTrouble, signal: this.#closing.signal });
    const attendance = {
      members: () => [...this.#members.values()],
      dutyOf: (peer: PeerId) => this.#dutyOf(peer),
      onChange: () => this.#updateRoster(),
    };
    this.#inspection = trust && new Inspection(trust, attendance, { store: patient, term, log });
  }

  joined(member: Member): void {
    this.#members.set(member.id, member);
    this.log.add('joined', about(member));
    this.#current?.run?.joined();
    this.#updateRoster();
  }

  heard(member: Member, message: RunMessage): void {
    if (message.type === 'key') return this.#keyed(member, message);
    if (message.type === 'inspected') return this.#inspection?.inspected(member, message);
    const run = this.#current?.run;
    if (run) run.heard(member, message);
    else if (message.type === 'leave') member.send({ type: 'released' });
    // Else only a plan changes what a peer does, and of that the run tells.
    if (message.type === 'leave') this.#updateRoster();
  }

  lost(member: Member): void {
    this.#members.delete(member.id);
    this.log.add('gone', about(member));
    this.#tools.document.setMember(member.id, undefined);
    this.#roster.delete(member.id);
    this.#inspection?.lost(member.id);
    this.#current?.run?.lost(member);
    this.#updateRoster();
  }

  submit(id: string, work: JobOrSweep): void {
    const before = this.#entries.findIndex((entry) => entry.id === id);
    if (before >= 0) this.#entries.splice(before, 1);
    this.log.add('queued', { job: id, name: work.name });
    this.#entries.push({ id, work, run: undefined, stopped: false, waiters: [] });
    this.#next();
  }

  stop(id: string): boolean {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (!entry || isOver(entry)) return false;
    if (entry.run) entry.run.stop(STOPPED);
    else {
      entry.stopped = true;
      this.log.add('state', { job: id, state: 'stopped', reason: STOPPED });
      this.#background.keep(this.#recordEnd(id, { state: 'stopped', reason: STOPPED }));
    }
    this.#settle();
    return true;
  }

  credit(): ExportedLedger {
    return this.#inspection?.parties.credit.export() ?? { version: 1, credits: [] };
  }

  jobs(): readonly JobStatus[] {
    return this.#entries.map((entry) => this.#status(entry));
  }

  probes(id: string): ProbeReader | undefined {
    return this.#run(id)?.readProbe;
  }

  membersOf(id: string): MembersNow | undefined {
    return this.#run(id)?.members;
  }

  links(id: string): readonly MeasuredLink[] {
    return this.#run(id)?.links ?? [];
  }

  #run(id: string): Run | undefined {
    return this.#entries.find((entry) => entry.id === id)?.run;
  }

  finished(id: string): Promise<JobStatus> {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (!entry) return Promise.reject(new RangeError(`there is no job ${id}`));
    if (isOver(entry)) return Promise.resolve(this.#status(entry));
    return new Promise((resolve) => entry.waiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    this.#inspection?.stop();
    await Promise.all(this.#entries.map(({ run }) => run?.close()));
    await this.#inspection?.close();
    await this.#background.ended();
  }

  /** One key a session: with another one a peer would be two. */
  #keyed(member: Member, message: Extract<RunMessage, { type: 'key' }>): void {
    if (this.#withKey.has(member)) return member.dismiss('key', 'a session shows one key, once');
    this.#withKey.add(member);
    this.#background.keep(this.#introduced(member, message));
  }

  async #introduced(member: Member, message: Extract<RunMessage, { type: 'key' }>): Promise<void> {
    const refusal = await this.#inspection?.parties.introduced(member, message);
    if (refusal !== undefined) return member.dismiss('quarantined', refusal);
    if (this.#members.has(member.id)) this.#current?.run?.joined();
  }

  #recordEnd(id: string, end: End): Promise<void> {
    const { store } = this.#tools;
    const patient = patientStore(store, {
      onTrouble: (reason) => this.#tell('store', { job: id, ...(reason !== undefined && { reason }) }),
      signal: this.#closing.signal,
    });
    return writeJobEnd(patient, id, end);
  }

  #tell(event: string, details: object): void {
    this.log.add(event, details);
    this.#tools.log(event, details);
  }

  /** The first job that is not over. */
  get #current(): Entry | undefined {
    return this.#entries.find((entry) => !isOver(entry));
  }

  #next(): void {
    const entry = this.#current;
    if (!entry || entry.run || this.#closed) return;
    const { document, store, term } = this.#tools;
    const patient = patientStore(store, {
      onTrouble: (reason) => entry.run?.hindered(reason),
      signal: this.#closing.signal,
    });
    const tools = {
      document,
      store: patient,
      term,
      members: () => [...this.#members.values()],
      ...(this.#inspection && { inspection: this.#inspection }),
      nextPlan: () => ++this.#plans,
      log: (event: string, details: object) => this.#tell(event, details),
      onChange: () => this.#changed(),
      recordEnd: (end: End) => this.#recordEnd(entry.id, end),
    };
    const { id, work } = entry;
    if (isWholeSweep(work)) {
      entry.run = new SweepRun(id, work, { ...tools, result: this.#tools.sweepWriter(patient, id, work) });
    } else {
      entry.run = new JobRun(id, work, { ...tools, result: this.#tools.resultWriter(patient, id, work) });
    }
    this.#updateRoster();
  }

  /** Calls from inside a run must not start the next one before they have returned. */
  #changed(): void {
    queueMicrotask(() => this.#settle());
  }

  #settle(): void {
    for (const entry of this.#entries) {
      if (isOver(entry)) for (const resolve of entry.waiters.splice(0)) resolve(this.#status(entry));
    }
    while (this.#entries.length > REMEMBERED && this.#entries[0] && isOver(this.#entries[0]))
      this.#entries.shift();
    this.#next();
    this.#updateRoster();
  }

  #dutyOf(peer: PeerId): Duty {
    const run = this.#current?.run;
    if (run?.isLeaving(peer)) return 'leaving';
    if (!run?.plan) return 'none';
    if (isShadow(run.plan, peer)) return 'shadow';
    return run.plan.shards.some((shard) => shard.peer === peer) ? 'shard' : 'none';
  }

  /** What a peer is used for: whoever has no shard may check those who have. */
  #useOf({ id, run }: Entry, peer: PeerId): ShownUse | undefined {
    const checks =
      this.#dutyOf(peer) === 'none' && this.#inspection?.isInspector(peer, run?.plan?.job ?? id) === true;
    return checks ? { kind: 'checks', says: CHECKS_OTHERS } : run?.useOf(peer);
  }

  /** As it was last written, by peer. */
  readonly #roster = new Map<PeerId, string>();

  #updateRoster(): void {
    const entry = this.#current;
    const run = entry?.run;
    const computing = new Set(run?.plan ? holdersIn(run.plan).map(({ peer }) => peer) : []);
    for (const { id, name, kind, ability } of this.#members.values()) {
      const use = entry && this.#useOf(entry, id);
      const isComputing = computing.has(id) || use?.kind === 'members';
      const state = run?.isLeaving(id) ? 'leaving' : isComputing ? 'computing' : 'idle';
      const credit = this.#inspection?.parties.creditOf(id);
      const shown = `${state} ${use?.says} ${credit}`;
      if (this.#roster.get(id) === shown) continue;
      this.#roster.set(id, shown);
      this.#tools.document.setMember(id, {
        ...{ name, kind, ability, state },
        ...(use && { use }),
        ...(credit !== undefined && { credit }),
      });
    }
  }

  #status({ id, work, run, stopped }: Entry): JobStatus {
    const { store } = this.#tools;
    const progress = run?.progress;
    const reason = stopped ? STOPPED : run?.reason;
    return {
      id,
      name: work.name,
      state: stopped ? 'stopped' : (run?.state ?? 'waiting'),
      ...(reason !== undefined && { reason }),
      ...(progress && { progress }),
      ...(run?.plan && { plan: run.plan }),
      result: `${store.location}/${resultKey(id)}`,
    };
  }
}

const about = ({ id, name, kind, ability }: Member) => ({ peer: id, name, kind, engine: ability.engine });

const isOver = ({ run, stopped }: Entry) => stopped || run?.ended === true;
