import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineShard } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { openShard } from '../peer/open-shard.js';
import { ProbeLog } from '../peer/probe-log.js';
import type { Plan } from '../protocol/plan.js';
import { portable, signerOf } from '../trust/statement/ed25519.js';
import { exchangeOf, type Span, signedHalosOf } from './span.js';
import { job, plan } from './two-halves.fixture.js';
import { Witness } from './witness.js';

const spanTo = (to: number): Span => ({ plan, shard: 0, from: to - 8, to });
const identity = {
  signer: signerOf(portable, new Uint8Array(32).fill(7)),
  digest: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest(),
};
const ALL = { start: true, outcome: true };

let engine: Engine;
let shard: EngineShard;
beforeAll(async () => {
  engine = await createWasmEngine();
  const { box } = plan.shards[0] as Plan['shards'][number];
  const objects = { get: async () => undefined };
  ({ shard } = await openShard({ engine, objects, probes: new ProbeLog(job, box) }, job, plan, box));
});
afterAll(() => engine.close());

/** A witness of the first shard that keeps as little as it can, and who has said that memory is free. */
function witness(of: Plan = plan) {
  const signatures: string[] = [];
  const neighbours: number[][] = [];
  const free: string[] = [];
  const made = new Witness({
    identity,
    job,
    plan: of,
    index: 0,
    exchange: signedHalosOf(job, of, 0),
    shard,
    keptBytes: 0,
    send: (message) => {
      if (message.type !== 'signed') return;
      signatures.push(message.signature);
      neighbours.push(message.statement.halos.map(({ shard: other }) => other));
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const { incoming, outgoing } = exchangeOf(job, spanTo(8));
  const cellsOf = (parcels: typeof incoming) => parcels.reduce((sum, { cells }) => sum + cells, 0);
  return {
    made,
    signatures,
    /** Whose halos were signed for, span by span. */
    neighbours,
    free,
    /** One span of two exchanges, all of whose halo cells say where it ends, until they are free: then they hold something else. */
    span(to: number): void {
      for (const step of [to - 8, to - 4]) {
        for (const way of ['sent', 'received'] as const) {
          const cells = new Float32Array(cellsOf(way === 'sent' ? outgoing : incoming)).fill(to);
          made[way](step, 1, cells, () => {
            free.push(`${way} ${step}`);
            cells.fill(Number.NaN);
          });
        }
      }
      made.end(to);
    },
  };
}

describe('halos that a witness keeps', () => {
  it('are free once their span is signed and no longer kept, and all of them', async () => {
    const { made, free, span } = witness();
    for (const to of [8, 16, 24]) span(to);
    await made.signed();
    expect(free).toEqual([]);
    span(32);
    await made.signed();
    await expect.poll(() => free.toSorted()).toEqual(['received 0', 'received 4', 'sent 0', 'sent 4']);
  });

  it('hold what came and went for as long as somebody may ask', async () => {
    const { made, span } = witness();
    for (let to = 8; to <= 80; to += 8) {
      span(to);
      for (const kept of [to - 16, to - 8, to].filter((step) => step > 0)) {
        const evidence = await made.evidence(kept, { start: false, outcome: false });
        const cells = new Float32Array((evidence as Uint8Array<ArrayBuffer>).buffer);
        expect(cells.every((cell) => cell === kept)).toBe(true);
      }
      expect(await made.evidence(to - 24, ALL)).toBeUndefined();
    }
  });

  it('are shown to nobody who asked while they were forgotten', async () => {
    const { made, free, span } = witness();
    for (const to of [8, 16, 24]) span(to);
    const asked = made.evidence(8, ALL);
    for (const to of [32, 40, 48]) span(to);
    expect(await asked).toBeUndefined();
    await made.signed();
    await expect.poll(() => free).toHaveLength(12);
  });

  it('are signed for as they were, however many spans end before the first is signed', async () => {
    const [hurried, calm] = [witness(), witness()];
    for (let to = 8; to <= 64; to += 8) hurried.span(to);
    await hurried.made.signed();
    for (let to = 8; to <= 64; to += 8) {
      calm.span(to);
      await calm.made.signed();
    }
    expect(hurried.signatures).toHaveLength(8);
    expect(hurried.signatures).toEqual(calm.signatures);
  });

  it('are signed for as they were where nobody will ask, and none of them is kept', async () => {
    const [asked, unasked] = [witness(), witness({ ...plan, unseen: [0] })];
    for (const { made, span } of [asked, unasked]) {
      for (let to = 8; to <= 24; to += 8) {
        span(to);
        await made.signed();
      }
    }
    expect(unasked.signatures).toEqual(asked.signatures);
    await expect.poll(() => unasked.free).toHaveLength(12);
  });

  it('are not signed for where states alone are, of which nothing is kept', async () => {
    const { made, neighbours } = witness({ ...plan, signed: 'states' });
    for (const to of [8, 16]) made.end(to);
    await made.signed();
    expect(neighbours).toEqual([[], []]);
    expect(await made.evidence(16, ALL)).toBeUndefined();
  });
});
