import { randomBytes } from 'node:crypto';
import type { Triple } from '../../core/grid/box.js';
import {
  type Attack,
  cellOff,
  halfPrecision,
  missingSource,
  notFinite,
  replayedState,
  skippedStep,
  wrongMedium,
} from '../../core/trust/attacks.suite.js';
import { bestEd25519, signerOf } from '../../core/trust/statement/ed25519.js';
import { signStatement } from '../../core/trust/statement/statement.js';
import { type Deceit, type Device, newcomer, type Player } from './played-run.suite.js';

/** What one peer does otherwise than it should: with its engine, or with what it sends and says. */
interface Part {
  readonly attack?: Attack;
  readonly deceit?: Deceit;
}

/** A way to cheat among three peers in a row, of whom the middle one, and perhaps the last one, is false. */
export interface Cheat {
  readonly name: string;
  /** Their shards. */
  readonly liars: readonly number[];
  /** What each of them does, for one run: what they remember is of that run alone. */
  readonly parts: () => readonly Part[];
}

const VICTIM = 0;
/** The middle one of three: it has two neighbours. */
export const LIAR = 1;
const FRIEND = 2;

const byEngine = (attack: Attack): Cheat => ({
  name: attack.name,
  liars: [LIAR],
  parts: () => [{ attack }],
});
const byDeceit = (name: string, deceit: () => Deceit): Cheat => ({
  name,
  liars: [LIAR],
  parts: () => [{ deceit: deceit() }],
});

const doctored = (cells: Float32Array) => cells.map((value) => 1.01 * value + 1e-3);
const toVictim = (to: number, cells: Float32Array) => (to === VICTIM ? doctored(cells) : cells);

/** What came one exchange ago is computed with once more; what came is signed for. */
const staleHalo = byDeceit('a stale halo', () => {
  const before = new Map<number, Float32Array>();
  return {
    takes(from, cells) {
      const old = before.get(from) ?? cells;
      before.set(from, cells);
      return old;
    },
  };
});

const otherHaloThanSigned = byDeceit('a halo other than the one signed', () => ({
  sends: toVictim,
  saysSent: (_, honest) => honest,
}));

const halosThatDiffer = byDeceit('halos that differ between neighbours', () => ({ sends: toVictim }));

const anothersSignature = byDeceit('honest work with another’s signature', () => ({
  async says(message) {
    const stranger = signerOf(await bestEd25519(), randomBytes(32));
    return { ...message, signature: await signStatement(stranger, message.statement) };
  },
}));

/** A false halo goes to a friend, who computes with it and signs for the true one, as the sender does. */
const pairOfDeceivers: Cheat = {
  name: 'two colluding peers, with a false halo',
  liars: [LIAR, FRIEND],
  parts() {
    let truth: Float32Array | undefined;
    const sender: Deceit = {
      sends(to, cells) {
        if (to !== FRIEND) return cells;
        truth = cells;
        return doctored(cells);
      },
      saysSent: (_, honest) => honest,
    };
    return [
      { deceit: sender },
      { deceit: { saysReceived: (from, cells) => (from === LIAR && truth ? truth : cells) } },
    ];
  },
};

/** Both skip steps, and sign for what went between them as it was. */
const pairOfIdlers: Cheat = {
  name: 'two colluding peers, with skipped steps',
  liars: [LIAR, FRIEND],
  parts: () => [{ attack: skippedStep }, { attack: skippedStep }],
};

/** All of them; `cell` is one of the middle peer's own. */
export const cheatsAt = (cell: Triple): readonly Cheat[] => [
  byEngine(skippedStep),
  byEngine(halfPrecision),
  staleHalo,
  halosThatDiffer,
  otherHaloThanSigned,
  ...[1e-2, 1e-3, 1e-4].map((part) => byEngine(cellOff(cell, part))),
  byEngine(wrongMedium),
  byEngine(missingSource),
  byEngine(replayedState),
  byEngine(notFinite(cell)),
  anothersSignature,
  pairOfDeceivers,
  pairOfIdlers,
];

/** Three newcomers, of whom those cheat that the cheat says; `claims`: what class the liars say they are of. */
export function castOf(
  { liars, parts }: Cheat,
  device: Device,
  claims = device.numericalClass,
): Promise<readonly Player[]> {
  const played = parts();
  return Promise.all(
    [VICTIM, LIAR, FRIEND].map((shard) => {
      const part = played[liars.indexOf(shard)];
      if (!part) return newcomer(device);
      const engine = part.attack?.on(device.engine) ?? device.engine;
      return newcomer({ engine, numericalClass: claims }, { deceit: part.deceit ?? {} });
    }),
  );
}
