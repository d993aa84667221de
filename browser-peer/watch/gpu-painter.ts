import { gpuCanvas } from './gpu-canvas.js';
import type { Painter } from './painting.js';
import { PlanePass } from './plane-pass.js';

/** Paints with a GPU. `onLost`: it has gone, and paints no more. @throws RangeError where the canvas is another painter's. */
export async function gpuPainter(
  canvas: HTMLCanvasElement,
  gpu: GPU,
  adapter: GPUAdapter,
  onLost: () => void,
): Promise<Painter> {
  const { device, format, target, close } = await gpuCanvas(canvas, gpu, adapter, onLost);
  const pass = new PlanePass(device, format);
  return {
    kind: 'webgpu',
    paint(plane, colouring) {
      const { rows, columns } = plane;
      if (canvas.width !== columns || canvas.height !== rows) {
        [canvas.width, canvas.height] = [columns, rows];
      }
      pass.draw(plane, colouring, target());
    },
    close,
  };
}
