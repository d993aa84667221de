import type { Triple } from '../../grid/box.js';

/** A brick and the shard that computed it. */
export interface Suspect {
  readonly shard: number;
  readonly brick: Triple;
}

/** `computed`: its cells do not follow from its own. `false halo`: it sent what it did not have. `contradicted`: it shows other halos than it signed for. `silent`: it does not show what it has to keep. */
export type Why = 'computed' | 'false halo' | 'contradicted' | 'silent';

export type Settlement =
  | { readonly kind: 'liar'; readonly suspect: Suspect; readonly why: Why; readonly step: number }
  /** Each signed another halo; who lies cannot be told. Both start anew, and are not made neighbours again. */
  | { readonly kind: 'one of two'; readonly shards: readonly [number, number]; readonly step: number }
  /** What was taken for wrong follows from what is right: the check was too strict. */
  | { readonly kind: 'nobody'; readonly step: number };

/**
 * Who is to blame for a brick that is wrong at an epoch's end. Steps are those at which halos are exchanged; at `start`, where the epoch
 * begins, all state stands. A brick that is right at `right` and wrong at `wrong` is bisected down to one exchange; then either its
 * owner made a mistake there, or a halo was wrong, and the neighbour that sent it is looked into, at an earlier step: so it ends.
 */
export type Dispute = { readonly start: number; readonly every: number } & (
  | { readonly kind: 'bisecting'; readonly suspect: Suspect; readonly right: number; readonly wrong: number }
  | { readonly kind: 'weighing'; readonly suspect: Suspect; readonly from: number; readonly to: number }
  /** Had the neighbour what it should have sent? */
  | { readonly kind: 'tracing'; readonly suspect: Suspect; readonly step: number }
  | { readonly kind: 'settled'; readonly settlement: Settlement }
);

/**
 * `state`: is the root that the suspect shows for its brick at `step` what comes of the epoch's start? `interval`: do the cells at `to` follow from those at
 * `from` and the halos that came then?
 */
export type Question =
  | { readonly kind: 'state'; readonly suspect: Suspect; readonly step: number }
  | { readonly kind: 'interval'; readonly suspect: Suspect; readonly from: number; readonly to: number };

export type Answer =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  /** The suspect shows nothing, or not in time. */
  | { readonly kind: 'silent' }
  /** The halos shown are not those that the suspect signed for. */
  | { readonly kind: 'contradicted' }
  /** The halo that the suspect signed as received is not the one that `by` signed as sent. */
  | { readonly kind: 'denied'; readonly by: number }
  | { readonly kind: 'does not follow' }
  /** `falseHalo`: whose cells among those that came are not what comes of the epoch's start; absent where all are. */
  | { readonly kind: 'follows'; readonly falseHalo?: Suspect };

/** A brick is wrong at `end`; the epoch began at `start`, with an exchange of halos every so many steps. */
export function openDispute(suspect: Suspect, start: number, end: number, every: number): Dispute {
  return bisect({ start, every }, suspect, start, end);
}

/** What to find out next; nothing where the dispute is settled. */
export function nextQuestion(dispute: Dispute): Question | undefined {
  switch (dispute.kind) {
    case 'bisecting':
      return { kind: 'state', suspect: dispute.suspect, step: middleOf(dispute) };
    case 'tracing':
      return { kind: 'state', suspect: dispute.suspect, step: dispute.step };
    case 'weighing':
      return { kind: 'interval', suspect: dispute.suspect, from: dispute.from, to: dispute.to };
    case 'settled':
      return undefined;
  }
}

/** The dispute after an answer to its question. Throws RangeError for an answer that is none to it. */
export function withAnswer(dispute: Dispute, answer: Answer): Dispute {
  switch (dispute.kind) {
    case 'bisecting': {
      const { suspect, right, wrong } = dispute;
      const middle = middleOf(dispute);
      if (answer.kind === 'right') return bisect(dispute, suspect, middle, wrong);
      if (answer.kind === 'wrong') return bisect(dispute, suspect, right, middle);
      if (answer.kind === 'silent') return named(dispute, suspect, 'silent', middle);
      throw notAnAnswer(answer, dispute);
    }
    case 'tracing': {
      const { suspect, step, start } = dispute;
      if (answer.kind === 'right') return named(dispute, suspect, 'false halo', step);
      if (answer.kind === 'wrong') return bisect(dispute, suspect, start, step);
      if (answer.kind === 'silent') return named(dispute, suspect, 'silent', step);
      throw notAnAnswer(answer, dispute);
    }
    case 'weighing':
      return weigh(dispute, answer);
    case 'settled':
      throw notAnAnswer(answer, dispute);
  }
}

type Bounds = Pick<Dispute, 'start' | 'every'>;

function weigh(dispute: Extract<Dispute, { kind: 'weighing' }>, answer: Answer): Dispute {
  const { suspect, from, start, every } = dispute;
  switch (answer.kind) {
    case 'silent':
    case 'contradicted':
      return named(dispute, suspect, answer.kind, from);
    case 'does not follow':
      return named(dispute, suspect, 'computed', from);
    case 'denied':
      return settled(dispute, { kind: 'one of two', shards: [suspect.shard, answer.by], step: from });
    case 'follows': {
      const { falseHalo } = answer;
      if (!falseHalo) return settled(dispute, { kind: 'nobody', step: from });
      if (from === start) return named(dispute, falseHalo, 'false halo', from);
      return { start, every, kind: 'tracing', suspect: falseHalo, step: from };
    }
    default:
      throw notAnAnswer(answer, dispute);
  }
}

function bisect({ start, every }: Bounds, suspect: Suspect, right: number, wrong: number): Dispute {
  if (wrong - right > every) return { start, every, kind: 'bisecting', suspect, right, wrong };
  return { start, every, kind: 'weighing', suspect, from: right, to: wrong };
}

/** An exchange about halfway. */
function middleOf({ right, wrong, every }: Extract<Dispute, { kind: 'bisecting' }>): number {
  return right + Math.ceil((wrong - right) / every / 2) * every;
}

function named(bounds: Bounds, suspect: Suspect, why: Why, step: number): Dispute {
  return settled(bounds, { kind: 'liar', suspect, why, step });
}

function settled({ start, every }: Bounds, settlement: Settlement): Dispute {
  return { start, every, kind: 'settled', settlement };
}

function notAnAnswer({ kind }: Answer, dispute: Dispute): RangeError {
  return new RangeError(`'${kind}' does not answer a dispute that is ${dispute.kind}`);
}
