/** A canvas that a GPU paints. */
export interface GpuCanvas {
  readonly device: GPUDevice;
  readonly format: GPUTextureFormat;
  /** What is to be painted next. */
  readonly target: () => GPUTextureView;
  readonly close: () => void;
}

/** `onLost`: the GPU has gone, and paints no more. @throws RangeError where the canvas is another painter's. */
export async function gpuCanvas(
  canvas: HTMLCanvasElement,
  gpu: GPU,
  adapter: GPUAdapter,
  onLost: () => void,
): Promise<GpuCanvas> {
  const device = await adapter.requestDevice();
  let closed = false;
  void device.lost.then(() => {
    if (!closed) onLost();
  });
  const context = canvas.getContext('webgpu');
  if (!context) throw new RangeError('this canvas is painted otherwise already');
  const format = gpu.getPreferredCanvasFormat();
  context.configure({ device, format, alphaMode: 'premultiplied' });
  return {
    device,
    format,
    target: () => context.getCurrentTexture().createView(),
    close() {
      closed = true;
      device.destroy();
    },
  };
}
