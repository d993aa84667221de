import { describeAdapter } from '../../../shaders/webgpu/adapter.js';
import { requestAdapter } from '../../engines.js';
import { gpuCanvas } from '../gpu-canvas.js';
import type { PainterChoice } from '../painter.js';
import { volumeCanvasPainter } from './volume-canvas-painter.js';
import type { VolumePainter } from './volume-painting.js';
import { VolumePass } from './volume-pass.js';

/** Pixels along an edge, of a GPU's picture. */
const GPU_PIXELS = 720;

/** Paints by WebGPU where there is a GPU (`auto`: a real one), else by the processor. A GPU that goes calls `onLost`. */
export async function openVolumePainter(
  canvas: HTMLCanvasElement,
  { gpu, choice }: { readonly gpu: GPU | undefined; readonly choice: PainterChoice },
  onLost: () => void,
): Promise<VolumePainter> {
  const adapter = choice === 'canvas' ? undefined : await requestAdapter(gpu);
  if (!gpu || !adapter || (choice === 'auto' && describeAdapter(adapter).emulated)) {
    return volumeCanvasPainter(canvas);
  }
  const { device, format, target, close } = await gpuCanvas(canvas, gpu, adapter, onLost);
  [canvas.width, canvas.height] = [GPU_PIXELS, GPU_PIXELS];
  const pass = new VolumePass(device, format);
  return {
    kind: 'webgpu',
    paint(volume, turn, colouring) {
      pass.draw(volume, turn, colouring, { target: target(), pixels: GPU_PIXELS });
    },
    close,
  };
}
