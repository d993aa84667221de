import { type Box, cellCount, shapeOf, type Triple } from '../../core/grid/box.js';
import type { CellFormat } from './cell-format.js';
import type { GuardedDevice } from './guarded-device.js';
import { makeTransferKernels, PIECE_BYTES, type TransferKernels } from './kernels.js';
import type { Readbacks } from './readbacks.js';

/** Cells of the staging buffer, 16 MiB: enough for a halo, and one dispatch reaches all of them. */
const STAGING_CELLS = 4 * 1024 * 1024;
/** As many boxes as a viewer has read at once of a volume's rows: for each lot of so many the device is waited for. */
const MAX_PIECES = 4096;
const GROUP = 256;

/** A box of one state array, bound for transfer. */
export interface Region {
  /** From `Transfer.bind`. */
  readonly array: GPUBindGroup;
  readonly format: CellFormat;
  /** Of the array in memory, `[nz, ny, nx]`. */
  readonly shape: Triple;
  /** In the coordinates of the frame's first cell. */
  readonly box: Box;
}

/** A run of a region's cells, in C order, and its place in the staging buffer. */
interface Piece extends Region {
  readonly first: number;
  readonly count: number;
  readonly base: number;
}

/** Pieces that fill the staging buffer at most once. */
interface Load {
  readonly pieces: readonly Piece[];
  readonly cells: number;
}

/** Moves boxes of cells between state arrays and dense data. One for all shards of a device. */
export class Transfer {
  private constructor(
    private readonly gpu: GuardedDevice,
    private readonly readbacks: Readbacks,
    private readonly kernels: TransferKernels,
    private readonly staging: GPUBuffer,
    private readonly pieces: GPUBuffer,
    private readonly pieceStride: number,
  ) {}

  static async open(gpu: GuardedDevice, readbacks: Readbacks): Promise<Transfer> {
    const { device } = gpu;
    const kernels = await makeTransferKernels(gpu);
    const pieceStride = Math.max(PIECE_BYTES, device.limits.minUniformBufferOffsetAlignment);
    const [staging, pieces] = await gpu.accepted(() => [
      device.createBuffer({
        label: 'staging',
        size: STAGING_CELLS * 4,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      }),
      device.createBuffer({
        label: 'pieces',
        size: MAX_PIECES * pieceStride,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      }),
    ]);
    return new Transfer(gpu, readbacks, kernels, staging as GPUBuffer, pieces as GPUBuffer, pieceStride);
  }

  bind(array: GPUBuffer): GPUBindGroup {
    return this.gpu.device.createBindGroup({
      layout: this.kernels.layout,
      entries: [
        { binding: 0, resource: { buffer: this.pieces, size: PIECE_BYTES } },
        { binding: 1, resource: { buffer: array } },
        { binding: 2, resource: { buffer: this.staging } },
      ],
    });
  }

  /** Resolves when all is submitted, with what waits for the device. */
  async write(regions: readonly Region[], data: Float32Array): Promise<() => Promise<void>> {
    const { queue } = this.gpu.device;
    let done: Promise<void> = Promise.resolve();
    let sent = 0;
    for (const load of loads(regions)) {
      await done;
      this.gpu.check();
      queue.writeBuffer(
        this.staging,
        0,
        data.buffer as ArrayBuffer,
        data.byteOffset + sent * 4,
        load.cells * 4,
      );
      queue.submit([this.#encode(load, this.kernels.scatter).finish()]);
      sent += load.cells;
      done = this.gpu.guard(queue.onSubmittedWorkDone().then(() => undefined));
    }
    return () => done;
  }

  /** As `write`, the other way. `into`: of as many cells; new memory unless given. */
  async read(regions: readonly Region[], into?: Float32Array): Promise<() => Promise<Float32Array>> {
    const { device } = this.gpu;
    const data = into ?? new Float32Array(regions.reduce((cells, { box }) => cells + cellCount(box), 0));
    let done: Promise<void> = Promise.resolve();
    let sent = 0;
    for (const load of loads(regions)) {
      await done;
      this.gpu.check();
      const readback = this.readbacks.take(load.cells * 4);
      const encoder = this.#encode(load, this.kernels.gather);
      encoder.copyBufferToBuffer(this.staging, 0, readback, 0, load.cells * 4);
      device.queue.submit([encoder.finish()]);
      const target = data.subarray(sent, sent + load.cells);
      done = this.readbacks.collect(readback, target);
      sent += load.cells;
    }
    return () => done.then(() => data);
  }

  close(): void {
    this.staging.destroy();
    this.pieces.destroy();
  }

  #encode(load: Load, direction: TransferKernels['gather']): GPUCommandEncoder {
    const { device } = this.gpu;
    const stride = this.pieceStride / 4;
    const words = new Uint32Array(load.pieces.length * stride);
    for (const [index, { box, shape, first, count, base }] of load.pieces.entries()) {
      const [, ny, nx] = shape;
      const [, rows, row] = shapeOf(box);
      const [z, y, x] = box.lo;
      words.set([(z * ny + y) * nx + x, row, rows * row, nx, ny * nx, first, count, base], index * stride);
    }
    device.queue.writeBuffer(this.pieces, 0, words);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [index, { array, format, count }] of load.pieces.entries()) {
      pass.setPipeline(direction[format]);
      pass.setBindGroup(0, array, [index * this.pieceStride]);
      pass.dispatchWorkgroups(Math.ceil(count / GROUP));
    }
    pass.end();
    return encoder;
  }
}

/** Cuts regions into loads. Their order, and so the order of writes that overlap, is kept. */
function* loads(regions: readonly Region[]): Generator<Load> {
  let pieces: Piece[] = [];
  let base = 0;
  for (const region of regions) {
    const cells = cellCount(region.box);
    for (let first = 0; first < cells; ) {
      if (base === STAGING_CELLS || pieces.length === MAX_PIECES) {
        yield { pieces, cells: base };
        pieces = [];
        base = 0;
      }
      const count = Math.min(cells - first, STAGING_CELLS - base);
      pieces.push({ ...region, first, count, base });
      first += count;
      base += count;
    }
  }
  if (pieces.length > 0) yield { pieces, cells: base };
}
