import { digest } from '../../coordinator/trust/checker.js';
import type { Device } from '../../coordinator/trust/played-run.suite.js';
import type { SignedSpan } from '../../coordinator/trust/signed-span.js';
import { UnlikeTwins } from '../../coordinator/trust/unlike-twins.js';
import { boxOfShape, type Triple } from '../../core/grid/box.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { driftTolerance } from '../../core/trust/classes/drift.js';
import { brickDigests } from '../../core/witness/digests.js';
import { replay } from '../../core/witness/replay.js';
import { writeSample } from '../../core/witness/sample.js';
import { exchangeSteps, type Span } from '../../core/witness/span.js';
import type { Figure } from '../harness.js';
import { GROUNDS, type Ground } from './grounds.js';

/** Steps of a span. */
const STEPS = 20;
const PAIR = ['peer', 'shadow'] as const;
const objects = { get: async () => undefined };

/** Honest twins of two classes, each of which goes on from its own state: `spans` comparisons on each ground. */
export async function checkUnlike(
  devices: readonly [Device, Device],
  spans: number,
): Promise<readonly Figure[]> {
  let [flagged, worst] = [0, 0];
  for (const ground of GROUNDS) {
    for (const part of await compareOn(ground, devices, spans)) {
      worst = Math.max(worst, part);
      if (part > 1) flagged += 1;
    }
  }
  const note = `of ${spans * GROUNDS.length} comparisons of a peer with its shadow of another class, over ${spans * STEPS} steps on each ground`;
  return [
    { name: 'unlike_flagged', value: flagged, unit: '1', note },
    { name: 'unlike_worst', value: worst, unit: '1', note: `largest part of the tolerance, ${note}` },
  ];
}

/** Of each comparison, how much of the tolerance the two were apart. */
async function compareOn({ job }: Ground, devices: readonly Device[], spans: number): Promise<number[]> {
  const box = boxOfShape([1, 1, ...job.grid.shape].slice(-3) as unknown as Triple);
  const plan: Plan = {
    ...{ id: 1, job: 'unlike-1', from: 0, exchangeEvery: 4, epoch: 4, signed: 'spans' },
    source: { kind: 'initial' },
    shards: [{ peer: PAIR[0], box }],
    shadows: [{ peer: PAIR[1], shard: 0 }],
  };
  const states = new Map<PeerId, Float32Array>();
  const twins = new UnlikeTwins(job, {
    askSample: async (peer, _, bricks) => writeSample(job, box, states.get(peer) as Float32Array, bricks),
  });
  const parts: number[] = [];
  for (let step = 0; step < spans * STEPS; step += STEPS) {
    const span: Span = { plan, shard: 0, from: step, to: step + STEPS };
    const signed: SignedSpan[] = [];
    for (const [i, { engine }] of devices.entries()) {
      const peer = PAIR[i] as PeerId;
      const cells = states.get(peer);
      const start = cells ? ({ kind: 'cells', cells } as const) : ({ kind: 'initial' } as const);
      const nothing = exchangeSteps(span).map(() => []);
      const { end } = await replay({ engine, objects }, job, span, start, nothing);
      states.set(peer, end);
      signed.push({
        peer,
        known: { party: { key: peer, owner: peer }, key: peer, numericalClass: peer, isOwn: false },
        statement: {
          ...{ job: plan.job, plan: plan.id, shard: 0, from: span.from, step: span.to },
          ...{ root: '', outputs: '', halos: [] },
        },
        digests: await brickDigests(job, box, end, digest),
      });
    }
    const [peer, shadow] = signed as [SignedSpan, SignedSpan];
    const likeness = await twins.compare(plan, { peer, shadow });
    const misfit = 'misfit' in likeness ? likeness.misfit : Number.POSITIVE_INFINITY;
    parts.push(misfit / driftTolerance(span.to));
  }
  return parts;
}
