import { cellCount } from '../../core/grid/box.js';
import { MAX_CONTROL_BYTES } from '../../core/protocol/limits.js';
import type { Answer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import { brickDigests, readDigests, rootOf, writeDigests } from '../../core/witness/digests.js';
import { boxOfSpan } from '../../core/witness/span.js';
import { altered } from './altered.js';
import { type Checker, digest, type Verdict } from './checker.js';
import type { Claim } from './claim.js';
import type { Given, Inquiries } from './inquiries.js';
import type { Inspector, Inspectors } from './inspectors.js';
import type { Known, Parties } from './parties.js';
import type { Precaution, Supervisor } from './supervisor.js';

/** A plan that takes more of a message is not told to inspectors. */
const MAX_PLAN_TEXT = MAX_CONTROL_BYTES / 2;

/** Credit for inspections counts whatever the run goes back to. */
const WHATEVER_STANDS = -1;

export interface Liar {
  readonly peer: PeerId;
  readonly why: string;
}

/** How a span was judged. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Who computed it again last. */
  readonly by: PeerId | 'coordinator';
  /** An inspector that was found out over it. */
  readonly liar?: Liar;
}

/** Whoever judges spans: a court, or the coordinator alone. */
export type Judge = Pick<Court, 'numericalClass' | 'judge'>;

export interface CourtTools {
  readonly checker: Checker;
  readonly inspectors: Inspectors;
  readonly inquiries: Inquiries;
  readonly supervisor: Supervisor;
  readonly parties: Parties;
  readonly log: (event: string, details: object) => void;
}

/** A claim that is to be judged. */
interface Case {
  readonly objects: Parameters<Checker['check']>[0];
  readonly claim: Claim;
  readonly of: Known;
  readonly isUrgent: () => boolean;
}

/**
 * Judges spans. A peer of another owner computes each again, and is never told what was signed; where there is no such peer, where it differs
 * or does not answer, and now and then where it agrees, the coordinator computes it itself, and that decides.
 */
export class Court {
  readonly #tools: CourtTools;
  #isClosed = false;
  /** Inspectors that have been found out: what they are asked for besides changes nothing. */
  readonly #condemned = new Set<PeerId>();

  constructor(tools: CourtTools) {
    this.#tools = tools;
  }

  /** Of the coordinator's own engine. Rejects with EngineError where none can be had. */
  numericalClass(): Promise<string> {
    return this.#tools.checker.numericalClass();
  }

  /** Undefined where the court was closed meanwhile. `of`: who signed. Rejects with what the coordinator's engine or the store rejects with. */
  async judge(
    objects: Case['objects'],
    claim: Claim,
    of: Known,
    isUrgent: () => boolean,
  ): Promise<Judgement | undefined> {
    const found: Case = { objects, claim, of, isUrgent };
    const inspector = await this.#inspectorFor(found);
    if (this.#isClosed) {
      if (inspector) this.#tools.inspectors.release(inspector, 0);
      return undefined;
    }
    if (!inspector) return { verdict: await this.#check(found), by: 'coordinator' };
    const given: Given = { start: claim.start, received: claim.evidence.received };
    const { party, isOwn } = inspector.known;
    const precaution = isOwn ? 'none' : this.#tools.supervisor.draw(party);
    const other = precaution === 'altered' && claim.sameClass ? altered(given) : undefined;
    const answer = await this.#ask(inspector, claim, other ?? given);
    if (this.#isClosed) return undefined;
    if (!answer) return { verdict: await this.#check(found), by: 'coordinator' };
    return other
      ? this.#judgeAltered(found, inspector, answer, other)
      : this.#judgeAnswer(found, inspector, answer, precaution);
  }

  /** Nobody is asked any more. */
  close(): void {
    this.#isClosed = true;
    this.#tools.inspectors.close();
    this.#tools.inquiries.close();
  }

  #check({ objects, claim, isUrgent }: Case): Promise<Verdict> {
    return this.#tools.checker.check(objects, claim, isUrgent);
  }

  async #inspectorFor({ claim, of }: Case): Promise<Inspector | undefined> {
    if (JSON.stringify(claim.span.plan).length > MAX_PLAN_TEXT) return undefined;
    const { keepWavesIn } = claim.job.run;
    const job = claim.span.plan.job;
    return this.#tools.inspectors.take({ job, cellUpdates: cellUpdatesOf(claim), keepWavesIn, of });
  }

  async #ask(inspector: Inspector, { span }: Claim, given: Given): Promise<Answer | undefined> {
    const { inspectors, inquiries, log } = this.#tools;
    const begun = performance.now();
    const reply = await inquiries.ask(inspector.member, span, given);
    inspectors.release(inspector, performance.now() - begun);
    if (reply.kind === 'answer') return reply.answer;
    inspectors.cannot(inspector, span.plan.job);
    log('uninspected', { job: span.plan.job, peer: inspector.member.id, reason: reply.why });
    return undefined;
  }

  async #judgeAnswer(
    found: Case,
    inspector: Inspector,
    answer: Answer,
    precaution: Precaution,
  ): Promise<Judgement> {
    const { claim } = found;
    const { member, known } = inspector;
    const { supervisor } = this.#tools;
    const isAgreed = await agrees(answer, claim);
    if (isAgreed && precaution === 'none') {
      this.#credit(inspector, claim);
      return { verdict: { kind: 'holds' }, by: member.id };
    }
    const verdict = await this.#check(found);
    const judgement: Judgement = { verdict, by: 'coordinator' };
    if (verdict.kind === 'undecided') {
      // The coordinator cannot tell: who computes as the peer does can.
      if (isAgreed) return { verdict: { kind: 'holds' }, by: member.id };
      if (verdict.why === 'infinite') return judgement;
      return this.#eitherIsOff(found, inspector, judgement);
    }
    if (isAgreed) {
      if (verdict.kind === 'lied')
        return this.#foundOut(judgement, inspector, 'it vouched for what is not true');
      return this.#wasRight(judgement, inspector, claim);
    }
    if (verdict.kind !== 'holds' || !verdict.outcome) return this.#wasRight(judgement, inspector, claim);
    if (!claim.sameClass) return this.#eitherIsOff(found, inspector, judgement);
    const start = await rootOf(
      await brickDigests(claim.job, boxOfSpan(claim.span), verdict.outcome.start, digest),
      digest,
    );
    if (start === answer.start && sameReceived(answer, claim))
      return this.#foundOut(judgement, inspector, 'it accused a peer that computes truly');
    // What reached it was not what was sent: an accident, or an excuse that costs it this job.
    this.#tools.inspectors.cannot(inspector, claim.span.plan.job);
    supervisor.record(known.party, 'bad');
    return judgement;
  }

  /** Within the tolerance between classes either may be: both are looked at more closely from now on. */
  #eitherIsOff({ of }: Case, { known }: Inspector, judgement: Judgement): Judgement {
    const { parties, supervisor } = this.#tools;
    for (const party of [of.party, known.party]) parties.record(party, 'bad');
    supervisor.record(known.party, 'bad');
    return judgement;
  }

  /** Whoever computes what it is given does not come to what was signed, unless the cell that is off did not matter. */
  async #judgeAltered(found: Case, inspector: Inspector, answer: Answer, given: Given): Promise<Judgement> {
    const { claim } = found;
    const judgement: Judgement = { verdict: await this.#check(found), by: 'coordinator' };
    const isEcho = answer.bricks === writeDigests(claim.digests);
    if (isEcho) {
      const own = await this.#check({ ...found, claim: answerAsClaim(claim, answer, given) });
      if (own.kind === 'lied') return this.#foundOut(judgement, inspector, 'it answered without computing');
    }
    return this.#wasRight(judgement, inspector, claim);
  }

  #wasRight(judgement: Judgement, inspector: Inspector, claim: Claim): Judgement {
    this.#tools.supervisor.record(inspector.known.party, 'good');
    this.#credit(inspector, claim);
    return judgement;
  }

  #credit({ known }: Inspector, claim: Claim): void {
    this.#tools.parties.credit.note(known.party, WHATEVER_STANDS, cellUpdatesOf(claim));
  }

  #foundOut(judgement: Judgement, { member, known }: Inspector, why: string): Judgement {
    if (this.#condemned.has(member.id)) return judgement;
    this.#condemned.add(member.id);
    this.#tools.supervisor.record(known.party, 'lied');
    this.#tools.parties.record(known.party, 'lied');
    return { ...judgement, liar: { peer: member.id, why } };
  }
}

/** Updates of a shard's own cells. */
function cellUpdatesOf({ job, span }: Claim): number {
  return (span.to - span.from) * cellCount(boxOfSpan(span)) * job.components.length;
}

async function agrees(answer: Answer, { statement, digests, start, startDigests }: Claim): Promise<boolean> {
  if (start.kind === 'cells' && startDigests && answer.start !== (await rootOf(startDigests, digest)))
    return false;
  if (answer.bricks !== writeDigests(digests) || answer.outputs !== statement.outputs) return false;
  return sameChains(answer, statement.halos, ['sent', 'received']);
}

function sameReceived(answer: Answer, { statement }: Claim): boolean {
  return sameChains(answer, statement.halos, ['received']);
}

function sameChains(
  { halos }: Answer,
  signed: Answer['halos'],
  ways: readonly ('sent' | 'received')[],
): boolean {
  if (halos.length !== signed.length) return false;
  return signed.every((own, index) => {
    const other = halos[index];
    return other?.shard === own.shard && ways.every((way) => other[way] === own[way]);
  });
}

/** An inspector's answer, to be checked as if it had signed it. */
function answerAsClaim(claim: Claim, { bricks, outputs, halos }: Answer, { start, received }: Given): Claim {
  return {
    ...claim,
    statement: { ...claim.statement, outputs, halos },
    digests: readDigests(bricks, claim.digests.length / BRICK_DIGEST_BYTES) ?? new Uint8Array(),
    evidence: { received },
    start,
    startDigests: undefined,
  };
}
