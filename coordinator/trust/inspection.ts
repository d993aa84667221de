import type { Engine } from '../../shaders/engine.js';
import { Archive, type ArchiveTools } from './archive.js';
import { Checker } from './checker.js';
import type { EvidenceDesk } from './evidence-desk.js';
import { Parties } from './parties.js';

export interface InspectionTools {
  readonly room: string;
  readonly evidence: EvidenceDesk;
  /** An engine for checks alone, opened when the first is made. */
  readonly openEngine: () => Promise<Engine>;
}

/** All that a room has to check its peers with, from one job to the next. */
export class Inspection {
  readonly parties: Parties;
  readonly desk: EvidenceDesk;
  readonly checker: Checker;
  readonly log: (event: string, details: object) => void;

  /** `kept`: where what is known of the room's peers outlives this coordinator. */
  constructor(tools: InspectionTools, kept: Omit<ArchiveTools, 'room'>) {
    const { log } = kept;
    this.parties = new Parties(tools.room, new Archive({ ...kept, room: tools.room }));
    this.desk = tools.evidence;
    this.checker = new Checker(tools.openEngine);
    this.log = log;
  }

  /** What the vetting of a job is lent. */
  get lent() {
    const { parties, desk, checker, log } = this;
    return { parties, desk, checker, log };
  }

  async close(): Promise<void> {
    await this.checker.close();
    await this.parties.close();
  }
}
