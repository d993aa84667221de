import { boxOfShape, cellCount, grow } from '../../core/grid/box.js';
import { piecesOf } from '../../core/grid/pieces.js';
import { compileModel } from '../../shaders/compiler/compile.js';
import type { Engine, EngineShard, ShardSpec, Slab, Update, WaveFormat } from '../../shaders/engine.js';
import { mediumModel } from '../../shaders/models/medium/medium.js';

/** A wave on a cube, as the bench measures it. */
export interface Stencil {
  readonly edge: number;
  readonly radius: 1 | 2;
  /** Speed and damping for each cell, instead of one for all. */
  readonly media: boolean;
  readonly keepWavesIn: WaveFormat;
}

/** Bytes that the update of a cell has to move: ψ is read at two levels and written at one, media are read. */
export function bytesPerCell({ media, keepWavesIn }: Stencil): number {
  return (keepWavesIn === 'f16' ? 2 : 4) * 3 + (media ? 4 * 2 : 0);
}

function stencilSpec({ edge, radius, media, keepWavesIn }: Stencil): ShardSpec {
  return {
    model: compileModel(
      mediumModel({ order: radius === 1 ? 2 : 4, trackers: [], absorbing: false, damped: false }),
    ),
    components: 1,
    keepWavesIn,
    dimensions: 3,
    frame: boxOfShape([edge, edge, edge]),
    constants: { dt: 1 },
    media: media
      ? { speed: 'cells', damping: 'cells', potential: 0 }
      : { speed: SPEED, damping: DAMPING, potential: 0 },
    probes: [],
  };
}

const SPEED = 0.4;
const DAMPING = 1e-4;
/** Cells written at once. */
const PIECE = 4 * 1024 * 1024;

/** A shard full of waves, for a field of zeros may be computed faster than one that is none. Throws EngineError where it does not fit. */
export async function makeStencil(engine: Engine, stencil: Stencil): Promise<StencilRun> {
  const spec = stencilSpec(stencil);
  const shard = await engine.createShard(spec);
  const fill = async (field: string, level: Slab['level'], value: (cell: number) => number) => {
    for (const box of piecesOf(spec.frame, PIECE)) {
      const data = Float32Array.from({ length: cellCount(box) }, (_, cell) => value(cell));
      await shard.write([{ component: 0, field, level, box }], data);
    }
  };
  await fill('psi', 'now', (cell) => Math.sin(cell));
  if (stencil.media) {
    await fill('speed', 'now', () => SPEED);
    await fill('damping', 'now', () => DAMPING);
  }
  return new StencilRun(shard, spec);
}

/** Cell updates a second: by the device's clock, where it has one, and by the wall's. */
export interface StencilRates {
  readonly device: number;
  readonly wall: number;
}

export class StencilRun {
  #step = 0;

  constructor(
    private readonly shard: EngineShard,
    private readonly spec: ShardSpec,
  ) {}

  /** In a run of about so many seconds. */
  async rates(seconds: number): Promise<StencilRates> {
    const { radius } = this.spec.model.model;
    const box = grow(this.spec.frame, [-radius, -radius, -radius]);
    let steps = 1;
    for (;;) {
      const updates = Array.from({ length: steps }, (): Update => ({ box, time: this.#step++ }));
      const started = performance.now();
      const { seconds: device } = await this.shard.advance(updates);
      const wall = (performance.now() - started) / 1000;
      const cells = cellCount(box) * steps;
      if (wall >= seconds) return { device: cells / device, wall: cells / wall };
      steps = Math.ceil(steps * Math.min(16, Math.max(2, (1.2 * seconds) / wall)));
    }
  }

  close(): Promise<void> {
    return this.shard.close();
  }
}
