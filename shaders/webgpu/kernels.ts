import { EngineError } from '../../core/errors.js';
import { BOX_BYTES } from './box-kernel.js';
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

/** The two directions of a transfer, on one layout: piece, state, staging. */
export interface TransferKernels {
  readonly gather: GPUComputePipeline;
  readonly scatter: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export async function makeTransferKernels(gpu: GuardedDevice): Promise<TransferKernels> {
  const { device } = gpu;
  const { layout, pipelineLayout } = layoutOf(device, [
    uniform(0, PIECE_BYTES, true),
    storage(1, 'read_write'),
    storage(2, 'read_write'),
  ]);
  const module = device.createShaderModule({ code: transferWgsl });
  const pipeline = (entryPoint: string) =>
    gpu.guard(device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint } }));
  const [gather, scatter] = await Promise.all([pipeline('gather'), pipeline('scatter')]);
  return { gather, scatter, layout };
}

/** Bindings: step, state, probes, samples. */
export async function makeSampleKernel(gpu: GuardedDevice): Promise<Kernel> {
  const { device } = gpu;
  const { layout, pipelineLayout } = layoutOf(device, [
    uniform(0, STEP_BYTES, true),
    storage(1, 'read'),
    storage(2, 'read'),
    storage(3, 'read_write'),
  ]);
  const module = device.createShaderModule({ code: sampleWgsl });
  const pipeline = await gpu.guard(
    device.createComputePipelineAsync({ layout: pipelineLayout, compute: { module, entryPoint: 'sample' } }),
  );
  return { pipeline, layout };
}

/** Kernels that change boxes of one state array in place. Bindings: box, state. */
export interface BoxKernels {
  readonly mirror: Kernel;
  readonly feed: Kernel;
}

export async function makeBoxKernels(gpu: GuardedDevice): Promise<BoxKernels> {
  const { device } = gpu;
  const { layout, pipelineLayout } = layoutOf(device, [
    uniform(0, BOX_BYTES, true),
    storage(1, 'read_write'),
  ]);
  const make = async (code: string, entryPoint: string): Promise<Kernel> => {
    const compute = { module: device.createShaderModule({ code }), entryPoint };
    return {
      pipeline: await gpu.guard(device.createComputePipelineAsync({ layout: pipelineLayout, compute })),
      layout,
    };
  };
  const [mirror, feed] = await Promise.all([make(mirrorWgsl, 'mirror'), make(feedWgsl, 'feed')]);
  return { mirror, feed };
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
