import type { PeerId } from '../../core/protocol/plan.js';
import type { Engine } from '../../shaders/engine.js';
import type { Member, RunMessage } from '../room/conductor.js';
import { Archive, type ArchiveTools } from './archive.js';
import { Checker } from './checker.js';
import { Court } from './court.js';
import type { EvidenceDesk } from './evidence-desk.js';
import { Inquiries } from './inquiries.js';
import { type Duty, Inspectors } from './inspectors.js';
import { Parties } from './parties.js';
import { Supervisor } from './supervisor.js';

export interface InspectionTools {
  readonly room: string;
  readonly evidence: EvidenceDesk;
  /** An engine for checks alone, opened when the first is made. */
  readonly openEngine: () => Promise<Engine>;
  /** Keys of peers that are the coordinator's own; none unless given. */
  readonly ownKeys?: ReadonlySet<string>;
  /** Looks at inspectors as often as usual, unless given. */
  readonly supervisor?: Supervisor;
}

/** Who is in the room, and what for. */
export interface Attendance {
  readonly members: () => readonly Member[];
  readonly dutyOf: (peer: PeerId) => Duty;
  /** What peers are used for has changed. */
  readonly onChange: () => void;
}

/** All that a room has to check its peers with, from one job to the next. */
export class Inspection {
  readonly parties: Parties;
  readonly desk: EvidenceDesk;
  readonly court: Court;
  readonly checker: Checker;
  readonly log: (event: string, details: object) => void;
  readonly #inspectors: Inspectors;
  readonly #inquiries: Inquiries;

  /** `kept`: where what is known of the room's peers outlives this coordinator. */
  constructor(tools: InspectionTools, attendance: Attendance, kept: Omit<ArchiveTools, 'room'>) {
    const { room, ownKeys, evidence } = tools;
    const { log } = kept;
    const parties = new Parties(room, new Archive({ ...kept, room }), ownKeys);
    const knownOf = (peer: PeerId) => (parties.mayCompute(peer) ? parties.of(peer) : undefined);
    this.parties = parties;
    this.desk = evidence;
    this.log = log;
    this.checker = new Checker(tools.openEngine);
    this.#inspectors = new Inspectors({ ...attendance, knownOf });
    this.#inquiries = new Inquiries(evidence);
    this.court = new Court({
      checker: this.checker,
      inspectors: this.#inspectors,
      inquiries: this.#inquiries,
      supervisor: tools.supervisor ?? new Supervisor(),
      parties,
      log,
    });
  }

  /** What the vetting of a job is lent. */
  get lent() {
    const { parties, desk, court, checker, log } = this;
    return { parties, desk, court, checker, log };
  }

  /** Whether a peer computes spans of others again, in a job. */
  isInspector(peer: PeerId, job: string): boolean {
    return this.#inspectors.serves(peer, job);
  }

  inspected(member: Member, message: Extract<RunMessage, { type: 'inspected' }>): void {
    this.#inquiries.answered(member, message);
  }

  lost(peer: PeerId): void {
    this.parties.lost(peer);
    this.#inquiries.lost(peer);
    this.#inspectors.lost(peer);
  }

  /** Nobody is asked any more. */
  stop(): void {
    this.court.close();
  }

  async close(): Promise<void> {
    await this.checker.close();
    await this.parties.close();
  }
}
