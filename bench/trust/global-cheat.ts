import type { JobFileInput } from '../../core/job/schema.js';
import { type Attack, halfPrecision, skippedStep, wrongMedium } from '../../core/trust/attacks.suite.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Fleet } from '../../test/fleet.js';
import type { Figure } from '../harness.js';

const HONEST = 2;

/**
 * Seconds from the first false step of a newcomer among honest ones until its connection was ended for it: a real coordinator, real links. On a cube
 * of so many cells a side; and one that skips steps of a larger one.
 */
export async function secondsUntilOut(edge: number, largeEdge: number): Promise<Figure[]> {
  const attacks = [skippedStep, halfPrecision, wrongMedium];
  const taken: number[] = [];
  for (const attack of attacks) taken.push(await outAfter(attack, edge));
  const each = attacks.map(({ name }, i) => `${name} ${taken[i]?.toFixed(1)} s`).join(', ');
  return [
    {
      name: 'global_cheat_s',
      value: Math.max(...taken),
      unit: 's',
      note: `${each}; ${edge}³ cells of a medium, ${HONEST} honest newcomers beside it, all in one process`,
    },
    {
      name: 'global_cheat_large_s',
      value: await outAfter(skippedStep, largeEdge),
      unit: 's',
      note: `a skipped step; ${largeEdge}³ cells, ${((largeEdge ** 3 * 8) / (HONEST + 1) / 1e6).toFixed(0)} MB of state each, one thread for all`,
    },
  ];
}

async function outAfter(attack: Attack, edge: number): Promise<number> {
  const file: JobFileInput = {
    name: 'cheated',
    model: 'medium',
    grid: { shape: [edge, edge, edge], spacing: 1, brick: Math.max(8, edge / 8) },
    time: { steps: 1_000_000_000, dt: 0.1 },
    media: {
      speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: edge / 2, value: 2.5 }] },
    },
    boundary: { z: ['neumann', 'dirichlet'], y: 'dirichlet', x: 'periodic' },
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: edge / 8 } },
    run: { peers: HONEST + 1, use: 'all' },
  };
  let began: number | undefined;
  const fleet = await Fleet.start({ trust: true });
  try {
    const engine = attack.on(await createWasmEngine());
    const liar = await fleet.join({ engine: noted(engine, () => (began ??= performance.now())) });
    for (let peer = 0; peer < HONEST; peer += 1) await fleet.join();
    // Peers measure themselves before they are given anything: that is no false step of a job.
    began = undefined;
    const id = await fleet.submit(file);
    const ending = await liar.contributor.finished;
    const seconds = (performance.now() - (began ?? Number.NaN)) / 1000;
    fleet.stop(id);
    if (ending.kind !== 'refused') throw new Error(`the liar was not refused but ${ending.kind}`);
    return seconds;
  } finally {
    await fleet.close();
  }
}

/** Tells when the engine is asked to compute. */
function noted(engine: Engine, onAdvance: () => void): Engine {
  return {
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    close: () => engine.close(),
    async createShard(spec) {
      const shard = await engine.createShard(spec);
      return {
        bytes: shard.bytes,
        write: (slabs, data) => shard.write(slabs, data),
        read: (slabs) => shard.read(slabs),
        advance: (updates) => {
          onAdvance();
          return shard.advance(updates);
        },
        swapLevels: () => shard.swapLevels(),
        close: () => shard.close(),
      };
    },
  };
}
