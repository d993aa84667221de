import copyWgsl from './copy.wgsl';

const GROUP = 256;
const ROW_GROUPS = 65_535;
const CELL_BYTES = 16;

/** A kernel that copies one buffer to another of the same size: what a stencil's bandwidth is held against. */
export class Copier {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #buffers: readonly GPUBuffer[];
  readonly #bindings: GPUBindGroup;
  readonly #bytes: number;

  private constructor(device: GPUDevice, pipeline: GPUComputePipeline, bytes: number) {
    this.#device = device;
    this.#pipeline = pipeline;
    this.#bytes = bytes;
    this.#buffers = [0, 1].map(() => device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE }));
    this.#bindings = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: this.#buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }

  /** `bytes` is what one buffer holds, less what is beyond a binding or a whole number of vectors. */
  static async open(adapter: GPUAdapter, bytes: number): Promise<Copier> {
    const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
    const device = await adapter.requestDevice({
      requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
    });
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: copyWgsl }) },
    });
    const most = Math.min(bytes, maxStorageBufferBindingSize, maxBufferSize);
    return new Copier(device, pipeline, Math.floor(most / CELL_BYTES) * CELL_BYTES);
  }

  /** Bytes a second, read and written, in a run of about so many seconds. By the wall clock: the run is one submit after the other, without a gap. */
  async rate(seconds: number): Promise<number> {
    let copies = 1;
    for (;;) {
      const took = await this.#run(copies);
      if (took >= seconds) return (2 * this.#bytes * copies) / took;
      copies = Math.ceil(copies * Math.min(16, Math.max(2, (1.2 * seconds) / took)));
    }
  }

  close(): void {
    this.#device.destroy();
  }

  /** Seconds for so many copies. */
  async #run(copies: number): Promise<number> {
    const { queue } = this.#device;
    const groups = Math.ceil(this.#bytes / CELL_BYTES / GROUP);
    const started = performance.now();
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#bindings);
    for (let copy = 0; copy < copies; copy++) {
      pass.dispatchWorkgroups(Math.min(groups, ROW_GROUPS), Math.ceil(groups / ROW_GROUPS));
    }
    pass.end();
    queue.submit([encoder.finish()]);
    await queue.onSubmittedWorkDone();
    return (performance.now() - started) / 1000;
  }
}
