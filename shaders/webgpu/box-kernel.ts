import { type Box, cellCount, shapeOf, type Triple } from '../../core/grid/box.js';
import type { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import { MOST_WORKGROUPS } from './workgroup.js';

/** What mirror.wgsl and feed.wgsl know of a box: 32-bit words that both begin with, and two of their own. */
export const BOX_WORDS = { own: 6, length: 8 } as const;
export const BOX_BYTES = BOX_WORDS.length * 4;

const GROUP = 256;

/** Bytes from one box's record to the next. */
export function boxStride({ device }: GuardedDevice): number {
  return Math.max(BOX_BYTES, device.limits.minUniformBufferOffsetAlignment);
}

export function makeBoxRecords({ device }: GuardedDevice, label: string, size: number): GPUBuffer {
  return device.createBuffer({ label, size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
}

/** The words that both kernels begin with: `box` lies in a state array of `shape`, both in the frame's own coordinates. */
export function boxWords(box: Box, [, ny, nx]: Triple): number[] {
  const [, rows, row] = shapeOf(box);
  const [z, y, x] = box.lo;
  return [(z * ny + y) * nx + x, row, rows * row, cellCount(box), nx, ny * nx];
}

export function bindBoxes(
  { device }: GuardedDevice,
  kernel: Kernel,
  records: GPUBuffer,
  state: GPUBuffer,
): GPUBindGroup {
  return device.createBindGroup({
    layout: kernel.layout,
    entries: [
      { binding: 0, resource: { buffer: records, size: BOX_BYTES } },
      { binding: 1, resource: { buffer: state } },
    ],
  });
}

/** The kernels count on `MOST_WORKGROUPS` in a row: they go on in the next one. */
export function dispatchBox(pass: GPUComputePassEncoder, cells: number): void {
  const groups = Math.ceil(cells / GROUP);
  pass.dispatchWorkgroups(Math.min(groups, MOST_WORKGROUPS), Math.ceil(groups / MOST_WORKGROUPS));
}
