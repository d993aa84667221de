import { EngineError } from '../../core/errors.js';
import { cellCount, shapeOf } from '../../core/grid/box.js';
import type { Engine, EngineShard, ShardSpec } from '../engine.js';
import { checkSpec } from '../shard-checks.js';
import { describeAdapter } from './adapter.js';
import { GuardedDevice } from './guarded-device.js';
import type { Kernel } from './kernel.js';
import { type BoxKernels, makeBoxKernels, makeSampleKernel, makeUpdateKernel } from './kernels.js';
import { Pace } from './pace.js';
import { WebgpuShard, WORKGROUP } from './shard.js';
import { stateBytes } from './shard-state.js';
import { Transfer } from './transfer.js';

/** WebGPU does not tell how much memory there is. Two of its largest arrays, a wave's two levels, are a fair hope. */
const ARRAYS_HOPED_FOR = 2;

/**
 * An engine on one GPU, which it takes from the adapter and owns until `close`. WebGPU's constants
 * (`GPUBufferUsage` and others) must be global, as they are in browsers.
 * Throws EngineError where the adapter gives no device.
 */
export async function createWebgpuEngine(adapter: GPUAdapter): Promise<Engine> {
  const { maxStorageBuffersPerShaderStage, maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter
    .requestDevice({
      requiredLimits: { maxStorageBuffersPerShaderStage, maxStorageBufferBindingSize, maxBufferSize },
    })
    .catch((error: Error) => {
      throw new EngineError(`the GPU gives no device: ${error.message}`);
    });
  const gpu = new GuardedDevice(device);
  try {
    const [transfer, sample, boxes] = await Promise.all([
      Transfer.open(gpu),
      makeSampleKernel(gpu),
      makeBoxKernels(gpu),
    ]);
    return new WebgpuEngine(describeAdapter(adapter).device, gpu, transfer, sample, boxes);
  } catch (error) {
    gpu.close();
    throw error;
  }
}

class WebgpuEngine implements Engine {
  readonly kind = 'webgpu';
  readonly memory: number;
  readonly #largestArray: number;
  readonly #pace: Pace;

  constructor(
    readonly device: string,
    private readonly gpu: GuardedDevice,
    private readonly transfer: Transfer,
    private readonly sample: Kernel,
    private readonly boxes: BoxKernels,
  ) {
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
    this.#largestArray = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    this.memory = this.#largestArray * ARRAYS_HOPED_FOR;
    this.#pace = new Pace(gpu);
  }

  async createShard(spec: ShardSpec): Promise<EngineShard> {
    const { gpu, transfer, sample, boxes } = this;
    gpu.check();
    checkSpec(spec);
    this.#refuseLargerArrays(spec);
    const update = await makeUpdateKernel(gpu, {
      model: spec.model.model,
      media: spec.media ?? {},
      dimensions: spec.dimensions,
      shape: shapeOf(spec.frame),
      workgroup: WORKGROUP,
    });
    const tools = { gpu, transfer, pace: this.#pace, update, sample, boxes };
    let shard: WebgpuShard | undefined;
    try {
      return await gpu.accepted(() => {
        shard = new WebgpuShard(tools, spec);
        return shard;
      });
    } catch (error) {
      await shard?.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.gpu.close();
  }

  #refuseLargerArrays(spec: ShardSpec): void {
    const array = cellCount(spec.frame) * 4;
    if (array <= this.#largestArray) return;
    throw new EngineError(
      `a shard of ${stateBytes(spec)} bytes needs arrays of ${array} bytes, and this GPU takes ${this.#largestArray}: ` +
        'cut the grid into smaller shards (more peers), or use the wasm engine',
    );
  }
}
