import { EngineError } from '../../core/errors.js';
import { shapeOf } from '../../core/grid/box.js';
import type { Engine, EngineShard, ShardSpec } from '../engine.js';
import { checkSpec } from '../shard-checks.js';
import { describeAdapter } from './adapter.js';
import { waveFormat } from './cell-format.js';
import { GuardedDevice } from './guarded-device.js';
import { makeBoxKernels, makeSampleKernel, makeUpdateKernel } from './kernels.js';
import { memoryShape } from './memory-shape.js';
import { Pace, SECONDS_PER_SUBMIT } from './pace.js';
import { cutIntoParts } from './parts.js';
import { Readbacks } from './readbacks.js';
import { type ShardTools, WebgpuShard } from './shard.js';
import { stateBytes } from './shard-state.js';
import { Stopwatch } from './stopwatch.js';
import { Transfer } from './transfer.js';
import { Tuner } from './tuner.js';
import { DEFAULT_WORKGROUP, type Workgroup } from './workgroup.js';
import type { WorkgroupMemory } from './workgroup-memory.js';

/** WebGPU does not tell how much memory there is. Two of its largest arrays, a wave's two levels, are a fair hope. */
const ARRAYS_HOPED_FOR = 2;

export interface WebgpuOptions {
  /** Bytes that a shard may hold, where somebody knows better than to hope. */
  readonly memory?: number;
  /** Bytes of the largest array kept in one buffer; what the adapter allows, or less. */
  readonly largestArray?: number;
  /** How long a submit may run; 0.05 unless given. Less leaves more of the GPU to others, and costs more. */
  readonly secondsPerSubmit?: number;
  /** What was measured before. */
  readonly workgroups?: WorkgroupMemory;
  /** Cells of the smallest shard that is worth measuring with; 128³ unless given. */
  readonly tuneFrom?: number;
  /** Instead of the one found by measuring. */
  readonly workgroup?: Workgroup;
}

/**
 * An engine on one GPU, which it takes from the adapter and owns until `close`. WebGPU's constants
 * (`GPUBufferUsage` and others) must be global, as they are in browsers.
 * Throws EngineError where the adapter gives no device.
 */
export async function createWebgpuEngine(adapter: GPUAdapter, options: WebgpuOptions = {}): Promise<Engine> {
  const { maxStorageBuffersPerShaderStage, maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter
    .requestDevice({
      requiredLimits: { maxStorageBuffersPerShaderStage, maxStorageBufferBindingSize, maxBufferSize },
      requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    })
    .catch((error: Error) => {
      throw new EngineError(`the GPU gives no device: ${error.message}`);
    });
  const gpu = new GuardedDevice(device);
  try {
    const readbacks = new Readbacks(gpu);
    const [transfer, sample, boxes] = await Promise.all([
      Transfer.open(gpu, readbacks),
      makeSampleKernel(gpu),
      makeBoxKernels(gpu),
    ]);
    const stopwatch = new Stopwatch(gpu, readbacks);
    const pace = new Pace(gpu, options.secondsPerSubmit ?? SECONDS_PER_SUBMIT);
    const tools = { gpu, readbacks, transfer, sample, boxes, stopwatch, pace };
    return new WebgpuEngine(adapter, tools, options);
  } catch (error) {
    gpu.close();
    throw error;
  }
}

/** All that shards share; each has its own kernel. */
type DeviceTools = Omit<ShardTools, 'update' | 'workgroup'>;

class WebgpuEngine implements Engine {
  readonly kind = 'webgpu';
  readonly device: string;
  readonly memory: number;
  readonly #tools: DeviceTools;
  readonly #largestArray: number;
  /** Finds the workgroup of a spec. */
  readonly #workgroupFor: (spec: ShardSpec) => Promise<Workgroup>;

  constructor(
    adapter: GPUAdapter,
    tools: DeviceTools,
    { memory, largestArray = Number.POSITIVE_INFINITY, workgroups, tuneFrom, workgroup }: WebgpuOptions,
  ) {
    const { maxBufferSize, maxStorageBufferBindingSize } = tools.gpu.device.limits;
    const { device, emulated } = describeAdapter(adapter);
    this.#tools = tools;
    this.#largestArray = Math.min(maxBufferSize, maxStorageBufferBindingSize, largestArray);
    this.device = device;
    this.memory = memory ?? Math.min(maxBufferSize, maxStorageBufferBindingSize) * ARRAYS_HOPED_FOR;
    const tuner = new Tuner({
      device,
      memory: workgroups,
      fewestCells: tuneFrom,
      makeShard: (spec, candidate) => this.#makeShard(spec, candidate),
    });
    // What a processor playing a GPU makes of threads says nothing, and takes long to say it.
    const given = workgroup ?? (emulated ? DEFAULT_WORKGROUP : undefined);
    this.#workgroupFor = async (spec) => given ?? tuner.workgroupFor(spec);
  }

  async createShard(spec: ShardSpec): Promise<EngineShard> {
    this.#tools.gpu.check();
    checkSpec(spec);
    this.#refuseLarger(spec);
    return this.#makeShard(spec, await this.#workgroupFor(spec));
  }

  async close(): Promise<void> {
    this.#tools.gpu.close();
  }

  async #makeShard(spec: ShardSpec, workgroup: Workgroup): Promise<EngineShard> {
    const { gpu } = this.#tools;
    const parts = cutIntoParts(spec, this.#largestArray);
    const [{ frame }] = parts;
    const format = waveFormat(spec);
    const update = await makeUpdateKernel(gpu, {
      model: spec.model.model,
      media: spec.media ?? {},
      dimensions: spec.dimensions,
      // Parts are cut across the outermost axis, so that strides are the same in all.
      format,
      shape: memoryShape(shapeOf(frame), format),
      workgroup,
    });
    let shard: WebgpuShard | undefined;
    try {
      return await gpu.accepted(() => {
        shard = new WebgpuShard({ ...this.#tools, update, workgroup }, spec, parts);
        return shard;
      });
    } catch (error) {
      await shard?.close();
      throw error;
    }
  }

  #refuseLarger(spec: ShardSpec): void {
    const bytes = stateBytes(spec);
    if (bytes <= this.memory) return;
    throw new EngineError(
      `a shard of ${bytes} bytes does not fit the ${this.memory} bytes counted on here: ` +
        'cut the grid into smaller shards (more peers), or use the wasm engine',
    );
  }
}
