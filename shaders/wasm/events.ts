import { type Box, intersect, isEmpty, shapeOf } from '../../core/grid/box.js';
import type { ProbePoint, Source, StateArray, Update } from '../engine.js';
import { Addresses, type Parity } from './addresses.js';
import { RowIndex } from './row-index.js';
import type { Site } from './site.js';

/** A step as its events need to know it. */
export interface Moment {
  readonly update: Update;
  /** Which arrays hold the level that the step makes. */
  readonly parity: Parity;
  /** Where among the samples this step's begin. */
  readonly samplesFrom: number;
  /** Whether another step follows, which reads ghost cells. */
  readonly leadsOn: boolean;
}

/**
 * What happens to one component beside the arithmetic of its cells, row by row, once a step has been there: sources feed
 * the row, probes in it are sampled, and the ghost cells that mirror it are made for the next step. Ghost cells
 * belong to the row that they mirror, with the probes in them.
 *
 * So whatever an event touches of another row r′ than its own r lies beyond a mirror, and r is its image. A mirror
 * brings nothing inside nearer: a cell that reads r′ is within reach of r as well. Every conflict between an event and a step
 * is therefore one between two rows in reach of each other, and the order in which rows are visited settles it
 * as it does those between steps.
 */
export class Events {
  private readonly addresses: Addresses;
  private readonly frame: Box;
  private readonly domain: Box;
  private readonly rowsInPlane: number;
  private readonly rowLength: number;
  /** Of each wave field, where its arrays begin. */
  private readonly waves: readonly (readonly [even: number, odd: number])[];
  private readonly sources: readonly FedSource[];
  private readonly probes: readonly SampledProbe[];
  /** Items: indices of `sources` and `probes`, and the offsets of ghost rows. */
  private readonly fed: RowIndex;
  private readonly sampled: RowIndex;
  private readonly mirrored: RowIndex;
  /** Ghost cells at either end of every row. */
  private readonly ghostsInRow: readonly [below: number, above: number];

  constructor(
    { spec, layout }: Site,
    component: number,
    private readonly cells: Float32Array,
  ) {
    const { frame, domain = frame, sources = [], probes, model } = spec;
    const [planes, rowsInPlane, rowLength] = shapeOf(frame);
    const addresses = new Addresses(layout);
    this.addresses = addresses;
    this.frame = frame;
    this.domain = domain;
    this.rowsInPlane = rowsInPlane;
    this.rowLength = rowLength;
    this.waves = model.fields
      .filter(({ kind }) => kind === 'wave')
      .map(({ name: field }) => arraysOf(addresses, { component, field }));
    this.ghostsInRow = [domain.lo[2] - frame.lo[2], frame.hi[2] - domain.hi[2]];

    this.sources = sources.flatMap((source, index) =>
      source.component === component ? [{ ...source, index, arrays: arraysOf(addresses, source) }] : [],
    );
    this.probes = probes.flatMap((probe, index) => {
      if (probe.component !== component) return [];
      const [even, odd] = arraysOf(addresses, probe);
      const offset = addresses.offsetOf(probe.cell);
      return [{ cell: probe.cell, index, places: [even + offset, odd + offset] as const }];
    });

    const rows = planes * rowsInPlane;
    this.fed = new RowIndex(rows, (bind) => {
      for (const [item, { box }] of this.sources.entries()) {
        const held = intersect(box, frame);
        if (!isEmpty(held)) eachRow(held, (z, y) => bind(this.rowOf(z, y), item));
      }
    });
    this.sampled = new RowIndex(rows, (bind) => {
      for (const [item, { cell }] of this.probes.entries()) bind(this.imageRow(cell[0], cell[1]), item);
    });
    const hasGhostRows = ([0, 1] as const).some(
      (axis) => domain.lo[axis] > frame.lo[axis] || domain.hi[axis] < frame.hi[axis],
    );
    this.mirrored = new RowIndex(rows, (bind) => {
      if (!hasGhostRows) return;
      eachRow(frame, (z, y) => {
        const image = this.imageRow(z, y);
        if (image !== this.rowOf(z, y)) bind(image, addresses.rowAt(z, y));
      });
    });
  }

  /** All that follows a step of these rows. Where the moment leads on to no other step, ghost cells stay as they are. */
  follow(moment: Moment, samples: Float32Array, zLo: number, zHi: number, yLo: number, yHi: number): void {
    for (let z = zLo; z < zHi; z += 1) {
      const from = this.rowOf(z, yLo);
      const to = from + yHi - yLo;
      if (this.fed.hasAny(from, to)) this.feed(moment, z, yLo, yHi);
      if (this.sampled.hasAny(from, to)) this.sample(moment, samples, from, to);
      if (moment.leadsOn) this.mirror(moment.parity, z, yLo, yHi);
    }
  }

  /** Makes all ghost cells of the level that these arrays hold. */
  fillGhosts(parity: Parity): void {
    const { lo, hi } = this.domain;
    for (let z = lo[0]; z < hi[0]; z += 1) this.mirror(parity, z, lo[1], hi[1]);
  }

  private feed({ update, parity }: Moment, z: number, yLo: number, yHi: number): void {
    const { lo, hi } = update.box;
    if (z < lo[0] || z >= hi[0]) return;
    const { fed, cells, sources, addresses } = this;
    for (let y = Math.max(yLo, lo[1]); y < Math.min(yHi, hi[1]); y += 1) {
      const row = this.rowOf(z, y);
      const end = fed.startOf(row + 1);
      for (let place = fed.startOf(row); place < end; place += 1) {
        const { box, index, arrays } = sources[fed.item(place)] as FedSource;
        const amplitude = Math.fround(update.amplitudes?.[index] as number);
        const first = arrays[parity] + addresses.rowAt(z, y) - this.frame.lo[2];
        const stop = first + Math.min(box.hi[2], hi[2]);
        for (let cell = first + Math.max(box.lo[2], lo[2]); cell < stop; cell += 1) {
          cells[cell] = (cells[cell] as number) + amplitude;
        }
      }
    }
  }

  private sample({ parity, samplesFrom }: Moment, samples: Float32Array, from: number, to: number): void {
    const { sampled, probes, cells } = this;
    const end = sampled.startOf(to);
    for (let place = sampled.startOf(from); place < end; place += 1) {
      const { index, places } = probes[sampled.item(place)] as SampledProbe;
      samples[samplesFrom + index] = cells[places[parity]] as number;
    }
  }

  /** Ghost cells along x first, so that the copies of a row have them. */
  private mirror(parity: Parity, z: number, yLo: number, yHi: number): void {
    const { lo, hi } = this.domain;
    if (z < lo[0] || z >= hi[0]) return;
    const from = Math.max(yLo, lo[1]);
    const to = Math.min(yHi, hi[1]);
    if (from >= to) return;
    const row = this.rowOf(z, from);
    const [below, above] = this.ghostsInRow;
    if (below + above === 0 && !this.mirrored.hasAny(row, row + to - from)) return;
    for (let y = from; y < to; y += 1) {
      this.mirrorRow(parity, row + y - from, this.addresses.rowAt(z, y));
    }
  }

  private mirrorRow(parity: Parity, row: number, offset: number): void {
    const { cells, mirrored, rowLength } = this;
    const [below, above] = this.ghostsInRow;
    const end = mirrored.startOf(row + 1);
    for (const arrays of this.waves) {
      const array = arrays[parity];
      const first = array + offset;
      for (let layer = 0; layer < below; layer += 1) {
        cells[first + below - 1 - layer] = cells[first + below + layer] as number;
      }
      const beyond = first + rowLength - above;
      for (let layer = 0; layer < above; layer += 1) {
        cells[beyond + layer] = cells[beyond - 1 - layer] as number;
      }
      for (let place = mirrored.startOf(row); place < end; place += 1) {
        cells.copyWithin(array + mirrored.item(place), first, first + rowLength);
      }
    }
  }

  private rowOf(z: number, y: number): number {
    const { lo } = this.frame;
    return (z - lo[0]) * this.rowsInPlane + y - lo[1];
  }

  /** The row of the domain that a row of the frame mirrors: itself, unless it is one of ghosts. */
  private imageRow(z: number, y: number): number {
    const { lo, hi } = this.domain;
    return this.rowOf(folded(z, lo[0], hi[0]), folded(y, lo[1], hi[1]));
  }
}

interface FedSource extends Source {
  /** Among the spec's sources. */
  readonly index: number;
  /** Where its field's arrays begin. */
  readonly arrays: readonly [even: number, odd: number];
}

interface SampledProbe extends Pick<ProbePoint, 'cell'> {
  /** Among the spec's probes. */
  readonly index: number;
  /** Where its cell lies. */
  readonly places: readonly [even: number, odd: number];
}

function arraysOf(
  addresses: Addresses,
  state: Omit<StateArray, 'level'>,
): readonly [even: number, odd: number] {
  const now = { ...state, level: 'now' } as const;
  return [addresses.arrayOf(now, 0), addresses.arrayOf(now, 1)];
}

/** The image of a place beyond a mirror; the wall lies between two cells. */
function folded(place: number, lo: number, hi: number): number {
  if (place < lo) return 2 * lo - 1 - place;
  return place >= hi ? 2 * hi - 1 - place : place;
}

function eachRow({ lo, hi }: Box, visit: (z: number, y: number) => void): void {
  for (let z = lo[0]; z < hi[0]; z += 1) {
    for (let y = lo[1]; y < hi[1]; y += 1) visit(z, y);
  }
}
