import type { Painter } from './painting.js';
import { PlanePass } from './plane-pass.js';

/** Paints with a GPU. `onLost`: it has gone, and paints no more. @throws RangeError where the canvas is another painter's. */
export async function gpuPainter(
  canvas: HTMLCanvasElement,
  gpu: GPU,
  adapter: GPUAdapter,
  onLost: () => void,
): Promise<Painter> {
  const device = await adapter.requestDevice();
  let closed = false;
  void device.lost.then(() => {
    if (!closed) onLost();
  });
  const context = canvas.getContext('webgpu');
  if (!context) throw new RangeError('this canvas is painted otherwise already');
  const format = gpu.getPreferredCanvasFormat();
  context.configure({ device, format, alphaMode: 'premultiplied' });
  const pass = new PlanePass(device, format);
  return {
    kind: 'webgpu',
    paint(plane, colouring) {
      const { rows, columns } = plane;
      if (canvas.width !== columns || canvas.height !== rows) {
        [canvas.width, canvas.height] = [columns, rows];
      }
      pass.draw(plane, colouring, context.getCurrentTexture().createView());
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}
