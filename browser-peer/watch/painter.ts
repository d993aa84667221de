import { describeAdapter } from '../../shaders/webgpu/adapter.js';
import { requestAdapter } from '../engines.js';
import { canvasPainter } from './canvas-painter.js';
import { gpuPainter } from './gpu-painter.js';
import type { Painter } from './painting.js';

export const PAINTER_CHOICES = ['auto', 'webgpu', 'canvas'] as const;
export type PainterChoice = (typeof PAINTER_CHOICES)[number];

/**
 * Paints by WebGPU where there is a GPU (`auto`: a real one, for an emulated one is slower than the processor itself), else by the
 * processor. A GPU that goes calls `onLost`.
 */
export async function openPainter(
  canvas: HTMLCanvasElement,
  { gpu, choice }: { readonly gpu: GPU | undefined; readonly choice: PainterChoice },
  onLost: () => void,
): Promise<Painter> {
  const adapter = choice === 'canvas' ? undefined : await requestAdapter(gpu);
  if (!gpu || !adapter || (choice === 'auto' && describeAdapter(adapter).emulated)) {
    return canvasPainter(canvas);
  }
  return gpuPainter(canvas, gpu, adapter, onLost);
}
