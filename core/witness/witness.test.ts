import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { ProtocolError } from '../errors.js';
import { boxOfShape } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import type { Plan } from '../protocol/plan.js';
import { type Attack, cellOff, skippedStep, wrongMedium } from '../trust/attacks.suite.js';
import { spanTolerance } from '../trust/classes/drift.js';
import { fusedEngine } from '../trust/classes/fused-engine.suite.js';
import { portableDigest } from '../trust/statement/blake3.js';
import { misfitOfState } from './compare.js';
import { brickDigests, chainOf, readDigests, rootOf, writeDigests } from './digests.js';
import { evidenceBytes, type HaloTable, readEvidence, writeEvidence } from './evidence.js';
import { type Outcome, replay } from './replay.js';
import { exchangeSteps, type Span } from './span.js';

const job = checkJob({
  name: 'spans',
  model: 'medium',
  grid: { shape: [16, 16, 24], spacing: 1, brick: 8 },
  time: { steps: 100, dt: 0.2 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 8, value: 2.4 }] } },
  boundary: { z: ['neumann', 'dirichlet'], y: 'periodic', x: 'dirichlet' },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 8, y: 8, x: 12 } } },
});

const plan = (shards: Plan['shards']): Plan => ({
  id: 1,
  job: 'spans-1',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 4,
  epoch: 8,
  shards,
});
const whole = plan([{ peer: 'aaaa', box: boxOfShape([16, 16, 24]) }]);
const halves = plan([
  { peer: 'aaaa', box: { lo: [0, 0, 0], hi: [16, 16, 16] } },
  { peer: 'bbbb', box: { lo: [0, 0, 16], hi: [16, 16, 24] } },
]);
const objects = { get: async () => undefined };
const digest = portableDigest;
const none = (span: Span): HaloTable => exchangeSteps(span).map(() => []);

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

const alone: Span = { plan: whole, shard: 0, from: 0, to: 30 };
const compute = (by: Engine): Promise<Outcome> =>
  replay({ engine: by, objects }, job, alone, { kind: 'initial' }, none(alone));

describe('a span that is computed again', () => {
  it('by two shards, from what each received of the other, is what one shard makes of it', async () => {
    const spans = halves.shards.map((_, shard): Span => ({ plan: halves, shard, from: 0, to: 30 }));
    // Each exchange needs what the other has made by then: as many rounds as there are exchanges.
    let received = spans.map((span): HaloTable => exchangeSteps(span).map(() => [new Float32Array(20_000)]));
    let made: Outcome[] = [];
    for (let round = 0; round <= exchangeSteps(alone).length; round++) {
      made = await Promise.all(
        spans.map((span, i) =>
          replay({ engine, objects }, job, span, { kind: 'initial' }, fitted(span, received[i] as HaloTable)),
        ),
      );
      received = [made[1]?.sent as HaloTable, made[0]?.sent as HaloTable];
    }
    const one = await compute(engine);
    const ends = Float32Array.of(...(made[0] as Outcome).end, ...(made[1] as Outcome).end).sort();
    const sorted = one.end.toSorted();
    expect(ends.filter((cell, i) => cell !== sorted[i])).toHaveLength(0);
  });

  it('has the same digests again, and others where any cell is off', async () => {
    const [one, again] = [await compute(engine), await compute(engine)];
    const rootFrom = async (cells: Float32Array) =>
      rootOf(await brickDigests(job, boxOfShape([16, 16, 24]), cells, digest), digest);
    expect(await rootFrom(again.end)).toBe(await rootFrom(one.end));
    const off = one.end.with(1000, Math.fround((one.end[1000] as number) + 1e-7));
    expect(await rootFrom(off)).not.toBe(await rootFrom(one.end));
  });

  it('is near on an honest device of another class, and not where somebody cheats', async () => {
    const made = await compute(engine);
    const tolerance = spanTolerance(alone.to - alone.from);
    const misfitOf = async (device: Engine) => misfitOfState(job, alone, (await compute(device)).end, made);
    expect(await misfitOf(fusedEngine())).toBeLessThan(tolerance);
    const cheats: Attack[] = [skippedStep, wrongMedium, cellOff([8, 8, 12], 1e-2)];
    for (const attack of cheats) {
      expect(await misfitOf(attack.on(engine)), attack.name).toBeGreaterThan(tolerance);
    }
  });
});

/** The other side's halos, in the sizes that this side receives. */
function fitted(span: Span, table: HaloTable): HaloTable {
  const bytes = evidenceBytes(job, span, { start: false, outcome: false });
  const cells = bytes / 4 / exchangeSteps(span).length;
  return table.map(([halo]) => [(halo as Float32Array).slice(0, cells)]);
}

describe('evidence', () => {
  const span: Span = { plan: halves, shard: 1, from: 8, to: 16 };
  const asked = { start: true, outcome: true };
  const bytes = evidenceBytes(job, span, asked);

  it('is read as it was written', () => {
    const cells = Float32Array.from({ length: bytes / 4 }, (_, n) => n);
    const read = readEvidence(job, span, asked, new Uint8Array(cells.buffer));
    expect(read.received).toHaveLength(2);
    expect(new Float32Array(writeEvidence(read).buffer)).toEqual(cells);
  });

  it('may come in a part of a larger buffer, whatever `slice` makes of it', () => {
    const cells = Float32Array.from({ length: bytes / 4 }, (_, n) => n);
    const pool = Buffer.alloc(bytes + 64);
    const within = pool.subarray(20, 20 + bytes);
    within.set(new Uint8Array(cells.buffer));
    expect(new Float32Array(writeEvidence(readEvidence(job, span, asked, within)).buffer)).toEqual(cells);
  });

  it('of another length is refused', () => {
    expect(() => readEvidence(job, span, asked, new Uint8Array(bytes - 4))).toThrow(ProtocolError);
  });
});

it('both ends of a link have one hash for its halos, unless one was changed, lost or moved', async () => {
  const chain = (...halos: number[]) =>
    chainOf(
      halos.map((halo) => Float32Array.of(halo)),
      digest,
    );
  const sent = await chain(1, 2, 3);
  expect(await chain(1, 2, 3)).toBe(sent);
  for (const received of [await chain(1, 2), await chain(1, 2, 3.5), await chain(2, 1, 3)])
    expect(received).not.toBe(sent);
});

it('digests are read as they were written, and in no other number', () => {
  const digests = Uint8Array.from({ length: 60 }, (_, n) => n);
  expect(readDigests(writeDigests(digests), 3)).toEqual(digests);
  expect(readDigests(writeDigests(digests), 4)).toBeUndefined();
  expect(readDigests('?', 3)).toBeUndefined();
});
