import { compileModel } from '../../shaders/compiler/compile.js';
import type { Engine, Update } from '../../shaders/engine.js';
import { wave } from '../../shaders/models/wave.js';
import { boxOfShape, grow } from '../grid/box.js';
import type { Ability } from '../protocol/messages.js';

/** Edges of the cubes tried: the first is quick on an emulated GPU, the last keeps a large one busy. */
const EDGES = [48, 96, 192] as const;

/** A run this long is worth believing; the whole calibration stays within a few of them. */
const SECONDS = 0.05;

/** A larger cube is tried only where a run of it has at least this many steps. */
const FEWEST_STEPS = 8;

const MAX_DEVICE_TEXT = 200;

/**
 * What a device can do, found by a run of the wave model of about 0.3 s at most, and as much again where a GPU is tuned. `rate` counts updates of one
 * component's cells in a second. Throws what the engine throws.
 */
export async function calibrate(engine: Engine): Promise<Ability> {
  let rate = 0;
  for (const edge of EDGES) {
    const cells = edge ** 3;
    const tooSlow = edge > EDGES[0] && rate * SECONDS < cells * FEWEST_STEPS;
    if (tooSlow || bytesOf(cells) > engine.memory / 2) break;
    rate = await measure(engine, edge);
  }
  return {
    engine: engine.kind,
    device: engine.device.slice(0, MAX_DEVICE_TEXT),
    rate,
    memory: engine.memory,
  };
}

function bytesOf(cells: number): number {
  const levels = wave.fields.reduce((sum, { kind }) => sum + (kind === 'wave' ? 2 : 1), 0);
  return cells * levels * 4;
}

/** Cell updates per second on a cube of `edge` cells a side. */
async function measure(engine: Engine, edge: number): Promise<number> {
  const frame = boxOfShape([edge, edge, edge]);
  const box = grow(frame, [-1, -1, -1]);
  const dt = 0.5;
  const shard = await engine.createShard({
    model: compileModel(wave),
    components: 1,
    dimensions: 3,
    frame,
    constants: wave.evaluate({ parameters: { speed: 1 }, spacing: 1, dt, dimensions: 3 }),
    probes: [],
  });
  try {
    const run = async (steps: number) => {
      const updates: Update[] = Array.from({ length: steps }, (_, step) => ({ box, time: step * dt }));
      return (await shard.advance(updates)).seconds;
    };
    // The first run pays for what is done once: memory touched, code compiled.
    let steps = 2;
    let seconds = await run(steps);
    do {
      const growth = seconds > 0 ? (1.2 * SECONDS) / seconds : Number.POSITIVE_INFINITY;
      steps = Math.ceil(steps * Math.min(16, Math.max(1, growth)));
      seconds = await run(steps);
    } while (seconds < SECONDS);
    return ((edge - 2) ** 3 * steps) / seconds;
  } finally {
    await shard.close();
  }
}
