import { bytesToHex } from '@noble/hashes/utils';
import { compileModel } from '../../../shaders/compiler/compile.js';
import type { Engine, ShardSpec, Slab, Update } from '../../../shaders/engine.js';
import type { ModelSource } from '../../../shaders/model.js';
import { type Box, boxOfShape, eachCellOf, grow, type Triple } from '../../grid/box.js';
import { canonicalBytes, type Hash, sha256 } from '../roots/hash.js';

/**
 * Whatever devices may do differently: products they may fuse with sums (`u`, `q`), sums they may take in another order (`v`), quotients and roots
 * (`v`), and numbers too small for a normal f32, which some take for 0 (`d`).
 */
const model: ModelSource = {
  name: 'window',
  radius: 1,
  fields: [
    { name: 'u', kind: 'wave' },
    { name: 'v', kind: 'wave' },
    { name: 'd', kind: 'wave' },
    { name: 'q', kind: 'tracker' },
  ],
  media: [{ name: 'm' }],
  constants: ['k'],
  wgsl: `struct Cell { u: f32, v: f32, d: f32, q: f32 }

fn laplacian() -> f32 {
  let plane = u(-1, 0, 0) + u(1, 0, 0) + u(0, -1, 0) + u(0, 1, 0);
  return plane + u(0, 0, -1) + u(0, 0, 1) - 6.0 * u(0, 0, 0);
}

fn update() -> Cell {
  let next = (2.0 * u(0, 0, 0) - (1.0 - m()) * u_before() + param.k * laplacian()) * (1.0 / (1.0 + m()));
  let root = sqrt(abs(u(0, 0, 0) * v(0, 0, 0)) + m() * m());
  let around = 0.3 * v(1, 0, 0) + 0.2 * v(-1, 0, 0) + 0.2 * v(0, 1, 0) + 0.1 * v(0, 0, -1) + 0.1 * v_before();
  return Cell(next, around / (1.0 + root) + 0.05 * next, 0.37 * d(0, 1, 0) + 0.1 * d(0, 0, 0),
              0.005 * (next * next) + 0.995 * q());
}
`,
};

const FRAME: Box = boxOfShape([10, 12, 24]);

/** About as many as an epoch has, so that what differs in the window differs as much in a run. */
const WINDOW_STEPS = 16;

/** So small that `d` leaves the normal numbers halfway through the window. */
const SMALL = 1e-34;

const spec: ShardSpec = {
  model: compileModel(model),
  components: 1,
  dimensions: 3,
  frame: FRAME,
  constants: { k: 0.19 },
  probes: [],
  media: { m: 'cells' },
};

/** What an engine made of the test window. */
export interface TestWindow {
  /** 16 hex digits: engines that share it agree bit for bit, on the window at least. */
  readonly class: string;
  /** The cells of `u` and then of `v`, for the comparison of classes. */
  readonly cells: Float32Array;
}

/** Runs the test window: some milliseconds, and what it takes to compile its model. Rejects with what the engine rejects with. */
export async function runTestWindow(engine: Engine, hash: Hash = sha256): Promise<TestWindow> {
  const shard = await engine.createShard(spec);
  try {
    const slab = (field: string, level: Slab['level'] = 'now'): Slab => ({
      component: 0,
      field,
      level,
      box: FRAME,
    });
    const waves = ['u', 'v', 'd'];
    for (const [seed, wave] of waves.entries()) {
      const size = wave === 'd' ? SMALL : 1;
      const cells = eachCellOf(FRAME, (cell) => size * noise(cell, seed));
      await shard.write([slab(wave)], cells);
      await shard.write([slab(wave, 'before')], cells);
    }
    await shard.write(
      [slab('m')],
      eachCellOf(FRAME, (cell) => 0.02 * (1 + noise(cell, waves.length))),
    );
    const box = grow(FRAME, [-1, -1, -1]);
    await shard.advance(Array.from({ length: WINDOW_STEPS }, (_, time): Update => ({ box, time })));
    const all = await shard.read([...waves, 'q'].map((field) => slab(field)));
    const compared = await shard.read([slab('u'), slab('v')]);
    return { class: bytesToHex(hash(canonicalBytes(all))).slice(0, 16), cells: compared };
  } finally {
    await shard.close();
  }
}

/** From −1 to 1, by whole numbers alone: the same on every device. */
function noise([z, y, x]: Triple, seed: number): number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  for (const part of [z, y, x]) {
    state = Math.imul(state ^ part, 0x85ebca77);
    state ^= state >>> 13;
  }
  return (Math.imul(state, 0xc2b2ae3d) >> 8) / 2 ** 23;
}
