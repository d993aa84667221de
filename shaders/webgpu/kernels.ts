import { EngineError } from '../../core/errors.js';
import { BOX_BYTES } from './box-kernel.js';
import { CELL_ACCESS, type CellFormat } from './cell-format.js';
import feedWgsl from './feed.wgsl';
import type { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import mirrorWgsl from './mirror.wgsl';
import sampleWgsl from './sample.wgsl';
import transferWgsl from './transfer.wgsl';
import {
  BINDING,
  mediaBindings,
  STEP_WORDS,
  stateBindings,
  type UpdateOptions,
  updateSource,
} from './update-source.js';

type Access = 'read' | 'read_write';

const uniform = (binding: number, bytes: number, perDispatch: boolean): GPUBindGroupLayoutEntry => ({
  binding,
  visibility: GPUShaderStage.COMPUTE,
  buffer: { type: 'uniform', hasDynamicOffset: perDispatch, minBindingSize: bytes },
});

const storage = (binding: number, access: Access): GPUBindGroupLayoutEntry => ({
  binding,
  visibility: GPUShaderStage.COMPUTE,
  buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
});

/** Bytes of `Piece` in transfer.wgsl and of `gs_Step`. */
export const PIECE_BYTES = 32;
export const STEP_BYTES = STEP_WORDS.length * 4;

/** What there is of a kernel for each way in which cells may be kept. */
export type ForFormats<T> = Readonly<Record<CellFormat, T>>;

async function forFormats<T>(make: (access: string) => Promise<T>): Promise<ForFormats<T>> {
  const [f32, f16] = await Promise.all([make(CELL_ACCESS.f32), make(CELL_ACCESS.f16)]);
  return { f32, f16 };
}

/** The two directions of a transfer, on one layout: piece, state, staging. */
export interface TransferKernels {
  readonly gather: ForFormats<GPUComputePipeline>;
  readonly scatter: ForFormats<GPUComputePipeline>;
  readonly layout: GPUBindGroupLayout;
}

export async function makeTransferKernels(gpu: GuardedDevice): Promise<TransferKernels> {
  const { device } = gpu;
  const { layout, pipelineLayout } = layoutOf(device, [
    uniform(0, PIECE_BYTES, true),
    storage(1, 'read_write'),
    storage(2, 'read_write'),
  ]);
  const pipeline = (entryPoint: string) =>
    forFormats((access) => {
      const module = device.createShaderModule({ code: `${access}\n${transferWgsl}` });
      const compute = { module, entryPoint };
      return gpu.guard(device.createComputePipelineAsync({ layout: pipelineLayout, compute }));
    });
  const [gather, scatter] = await Promise.all([pipeline('gather'), pipeline('scatter')]);
  return { gather, scatter, layout };
}

/** Bindings: step, state, probes, samples. */
export async function makeSampleKernel(gpu: GuardedDevice): Promise<ForFormats<Kernel>> {
  const entries = [
    uniform(0, STEP_BYTES, true),
    storage(1, 'read_write'),
    storage(2, 'read'),
    storage(3, 'read_write'),
  ];
  return makeStateKernel(gpu, entries, sampleWgsl, 'sample');
}

/** Kernels that change boxes of one state array in place. Bindings: box, state. */
export interface BoxKernels {
  readonly mirror: ForFormats<Kernel>;
  readonly feed: ForFormats<Kernel>;
}

export async function makeBoxKernels(gpu: GuardedDevice): Promise<BoxKernels> {
  const entries = [uniform(0, BOX_BYTES, true), storage(1, 'read_write')];
  const [mirror, feed] = await Promise.all([
    makeStateKernel(gpu, entries, mirrorWgsl, 'mirror'),
    makeStateKernel(gpu, entries, feedWgsl, 'feed'),
  ]);
  return { mirror, feed };
}

/** A kernel on one state array, whichever way its cells are kept. */
async function makeStateKernel(
  gpu: GuardedDevice,
  entries: GPUBindGroupLayoutEntry[],
  wgsl: string,
  entryPoint: string,
): Promise<ForFormats<Kernel>> {
  const { device } = gpu;
  const { layout, pipelineLayout } = layoutOf(device, entries);
  return forFormats(async (access) => {
    const compute = { module: device.createShaderModule({ code: `${access}\n${wgsl}` }), entryPoint };
    const pipeline = await gpu.guard(device.createComputePipelineAsync({ layout: pipelineLayout, compute }));
    return { pipeline, layout };
  });
}

/** Throws EngineError with the model's own line where the device's compiler refuses it. */
export async function makeUpdateKernel(gpu: GuardedDevice, options: UpdateOptions): Promise<Kernel> {
  const { device } = gpu;
  const { model, media } = options;
  const { code, linesBefore } = updateSource(options);
  const states = [...stateBindings(model), ...mediaBindings(model, media)];
  const allowed = device.limits.maxStorageBuffersPerShaderStage;
  if (states.length > allowed) {
    throw new EngineError(
      `model ${model.name} has ${states.length} state arrays and this GPU binds ${allowed}: use the wasm engine`,
    );
  }
  const { layout, pipelineLayout } = layoutOf(device, [
    uniform(BINDING.constants, constantsBytes(model.constants.length), false),
    uniform(BINDING.step, STEP_BYTES, true),
    ...states.map(({ access }, index) => storage(BINDING.firstState + index, access)),
  ]);
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const [refusal, { messages }] = await gpu.guard(
    Promise.all([device.popErrorScope(), module.getCompilationInfo()]),
  );
  if (refusal) {
    const fault = messages.find(({ type }) => type === 'error');
    const reason = fault ? `line ${fault.lineNum - linesBefore}: ${fault.message}` : refusal.message;
    throw new EngineError(`the GPU's compiler refuses model ${model.name}: ${reason}`);
  }
  const pipeline = await gpu.guard(
    device.createComputePipelineAsync({
      layout: pipelineLayout,
      compute: { module, entryPoint: 'gs_update' },
    }),
  );
  return { pipeline, layout };
}

/** Bytes of the uniform buffer for so many f32 members; one where there is none. */
export const constantsBytes = (count: number) => Math.max(1, count) * 4;

function layoutOf(device: GPUDevice, entries: GPUBindGroupLayoutEntry[]) {
  const layout = device.createBindGroupLayout({ entries });
  return { layout, pipelineLayout: device.createPipelineLayout({ bindGroupLayouts: [layout] }) };
}
