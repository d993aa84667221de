import {
  type Axis,
  type Box,
  cellCount,
  grow,
  hasCell,
  intersect,
  isEmpty,
  shapeOf,
  shift,
  type Triple,
} from '../core/grid/box.js';
import { cutDense } from '../core/grid/dense.js';
import { ghostLayers } from '../core/grid/halo.js';
import { partition } from '../core/grid/partition.js';
import type { Advance, Engine, EngineShard, ShardSpec, Slab, StateArray, Update } from './engine.js';

/** Steps between two exchanges. */
const DEPTH = 16;

/**
 * An engine that cuts what it is asked for into `count` shards of another and lets them exchange halos, `DEPTH` steps
 * deep, as peers do: what holds on the whole grid has to hold on it as well. Closing it closes the other.
 */
export function inShards(engine: Engine, count: number): Engine {
  return {
    kind: engine.kind,
    device: `${count} shards on ${engine.device}`,
    memory: engine.memory,
    createShard: (spec) => SplitShard.of(engine, spec, count),
    close: () => engine.close(),
  };
}

interface Part {
  /** The cells that are this part's alone. */
  readonly own: Box;
  readonly frame: Box;
  readonly shard: EngineShard;
}

class SplitShard implements EngineShard {
  readonly bytes: number;

  private constructor(
    private readonly spec: ShardSpec,
    private readonly parts: readonly Part[],
  ) {
    this.bytes = parts.reduce((sum, { shard }) => sum + shard.bytes, 0);
  }

  static async of(engine: Engine, spec: ShardSpec, count: number): Promise<SplitShard> {
    const { dimensions, frame, domain = frame, model, probes } = spec;
    const layers = ghostLayers(DEPTH * model.model.radius, dimensions);
    const parts = cut(spec, count).map(async (box): Promise<Part> => {
      const own = withGhosts(box, domain, frame);
      const held = intersect(grow(box, layers), domain);
      const whole = withGhosts(held, domain, frame);
      const shard = await engine.createShard({
        ...spec,
        frame: whole,
        domain: held,
        probes: probes.filter(({ cell }) => hasCell(own, cell)),
      });
      return { own, frame: whole, shard };
    });
    return new SplitShard(spec, await Promise.all(parts));
  }

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    let start = 0;
    for (const slab of slabs) {
      const cells = data.subarray(start, start + cellCount(slab.box));
      start += cells.length;
      for (const { frame, shard } of this.parts) {
        const box = intersect(slab.box, frame);
        if (!isEmpty(box)) await shard.write([{ ...slab, box }], cutDense(cells, slab.box, box));
      }
    }
  }

  async read(slabs: readonly Slab[]): Promise<Float32Array> {
    const pieces = slabs.map(async (slab) => {
      const cells = new Float32Array(cellCount(slab.box));
      for (const { own, shard } of this.parts) {
        const box = intersect(slab.box, own);
        if (!isEmpty(box)) paste(await shard.read([{ ...slab, box }]), box, cells, slab.box);
      }
      return cells;
    });
    return joined(await Promise.all(pieces));
  }

  async advance(updates: readonly Update[]): Promise<Advance> {
    const samples: number[] = [];
    for (let done = 0; done < updates.length; done += DEPTH) {
      const batch = updates.slice(done, done + DEPTH);
      await this.exchange();
      const rows = await Promise.all(this.parts.map((part) => this.advancePart(part, batch)));
      for (const step of batch.keys()) samples.push(...this.inOrder(rows.map((row) => row[step] ?? [])));
    }
    return { samples: Float32Array.from(samples), seconds: 0 };
  }

  async swapLevels(): Promise<void> {
    await Promise.all(this.parts.map(({ shard }) => shard.swapLevels()));
  }

  async close(): Promise<void> {
    await Promise.all(this.parts.map(({ shard }) => shard.close()));
  }

  /** Samples of each step. */
  private async advancePart({ own, shard, frame }: Part, batch: readonly Update[]): Promise<number[][]> {
    const { dimensions, model, probes } = this.spec;
    const count = probes.filter(({ cell }) => hasCell(own, cell)).length;
    const rows: number[][] = [];
    let waiting: Update[] = [];
    const flush = async () => {
      const { samples } = await shard.advance(waiting);
      for (const row of waiting.keys()) rows.push([...samples.subarray(row * count, (row + 1) * count)]);
      waiting = [];
    };
    for (const [step, update] of batch.entries()) {
      const layers = (batch.length - 1 - step) * model.model.radius;
      const box = intersect(intersect(grow(own, ghostLayers(layers, dimensions)), frame), update.box);
      if (!isEmpty(box)) {
        waiting.push({ ...update, box });
        continue;
      }
      if (count > 0) throw new RangeError('a probe lies where this test updates nothing');
      await flush();
      await shard.swapLevels();
      rows.push([]);
    }
    await flush();
    return rows;
  }

  /** Every part gets what it holds and does not own from those that own it. */
  private async exchange(): Promise<void> {
    const { model } = this.spec;
    const kinds = new Map(model.model.fields.map(({ name, kind }) => [name, kind]));
    const shared = statesOf(this.spec).filter(
      ({ field }) => kinds.get(field) === 'wave' || model.coupledTrackers.has(field),
    );
    const wanted = (from: Part, to: Part): Slab[] => {
      const box = intersect(from.own, to.frame);
      return from === to || isEmpty(box) ? [] : shared.map((array) => ({ ...array, box }));
    };
    const given = await Promise.all(
      this.parts.map((from) => from.shard.read(this.parts.flatMap((to) => wanted(from, to)))),
    );
    const taken = this.parts.map(() => 0);
    const writes = this.parts.map((to) => {
      const slabs: Slab[] = [];
      const pieces: Float32Array[] = [];
      for (const [index, from] of this.parts.entries()) {
        const parcel = wanted(from, to);
        const start = taken[index] ?? 0;
        const end = start + parcel.reduce((sum, { box }) => sum + cellCount(box), 0);
        taken[index] = end;
        slabs.push(...parcel);
        pieces.push(given[index]?.subarray(start, end) ?? new Float32Array(0));
      }
      return to.shard.write(slabs, joined(pieces));
    });
    await Promise.all(writes);
  }

  /** The samples of one step, in the order of the whole shard's probes. */
  private inOrder(rows: readonly (readonly number[])[]): number[] {
    const next = rows.map(() => 0);
    return this.spec.probes.map(({ cell }) => {
      const owner = this.parts.findIndex(({ own }) => hasCell(own, cell));
      const at = next[owner] ?? 0;
      next[owner] = at + 1;
      return rows[owner]?.[at] ?? Number.NaN;
    });
  }
}

/** The domain in `count` boxes, of unequal size. */
function cut({ frame, domain = frame, dimensions }: ShardSpec, count: number): Box[] {
  const shape = shapeOf(domain);
  const edge = (axis: Axis) => Math.max(1, Math.min(4, Math.floor(shape[axis] / 3)));
  const brick: Triple = [edge(0), edge(1), edge(2)];
  const grid = { shape, dimensions, periodic: [false, false, false] as const, brick };
  const weights = Array.from({ length: count }, (_, index) => 1 + (index % 3));
  return partition(grid, weights).map((box) => shift(box, domain.lo));
}

/** `box`, and the ghosts of the frame beyond each face of the domain that it touches. */
function withGhosts(box: Box, domain: Box, frame: Box): Box {
  const lo = (axis: Axis) => (box.lo[axis] === domain.lo[axis] ? frame.lo[axis] : box.lo[axis]);
  const hi = (axis: Axis) => (box.hi[axis] === domain.hi[axis] ? frame.hi[axis] : box.hi[axis]);
  return { lo: [lo(0), lo(1), lo(2)], hi: [hi(0), hi(1), hi(2)] };
}

function statesOf({ components, model }: ShardSpec): StateArray[] {
  return Array.from({ length: components }, (_, component) =>
    model.model.fields.flatMap(({ name: field, kind }): StateArray[] => [
      { component, field, level: 'now' },
      ...(kind === 'wave' ? [{ component, field, level: 'before' } as const] : []),
    ]),
  ).flat();
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const piece of pieces) {
    whole.set(piece, next);
    next += piece.length;
  }
  return whole;
}

/** The inverse of `cutDense`: puts the cells of `part` among those of `whole`. */
function paste(cells: Float32Array, part: Box, target: Float32Array, whole: Box): void {
  const [pz, py, px] = shapeOf(part);
  const [, ny, nx] = shapeOf(whole);
  for (let z = 0; z < pz; z += 1) {
    for (let y = 0; y < py; y += 1) {
      const row = ((part.lo[0] - whole.lo[0] + z) * ny + part.lo[1] - whole.lo[1] + y) * nx;
      target.set(cells.subarray((z * py + y) * px, (z * py + y + 1) * px), row + part.lo[2] - whole.lo[2]);
    }
  }
}
