import type { EngineKind } from '../shaders/engine.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';

export const ENGINE_CHOICES = ['auto', 'webgpu', 'wasm'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** The choice ticked at first, from the page's query, if any; the visitor may tick another, and still has to agree. */
export function engineAskedFor(search: string): EngineChoice | undefined {
  const asked = new URLSearchParams(search).get('engine');
  return ENGINE_CHOICES.find((choice) => choice === asked);
}

/** What a visitor's choice comes to in this browser. */
export type EnginePick =
  /** `note`: why it is not the GPU, where that was hoped for; for people. */
  { readonly kind: EngineKind; readonly note?: string } | { readonly kind: 'none'; readonly reason: string };

/** The part of a browser that decides. */
export interface Surroundings {
  readonly gpu: GPU | undefined;
  readonly isSecureContext: boolean;
}

/** Why this browser can offer no GPU at all, told without asking for one; undefined where it may. */
export function gpuObstacle({ gpu, isSecureContext }: Surroundings): string | undefined {
  if (gpu) return undefined;
  return isSecureContext
    ? 'This browser has no WebGPU, or it is switched off.'
    : 'Browsers give the GPU only to pages opened over https or from this same machine, and this page came over plain http.';
}

/**
 * `auto` is the GPU where there is a real one, and the processor otherwise: a GPU played by the processor is
 * slower than the processor itself. Asks the browser for a GPU adapter, so call it only with consent.
 */
export async function pickEngine(choice: EngineChoice, surroundings: Surroundings): Promise<EnginePick> {
  if (choice === 'wasm') return { kind: 'wasm' };
  const missing = await missingGpu(surroundings, choice === 'webgpu');
  if (missing === undefined) return { kind: 'webgpu' };
  if (choice === 'webgpu') return { kind: 'none', reason: `${missing} Choose the processor, or automatic.` };
  return { kind: 'wasm', note: `${missing} So the processor computes.` };
}

async function missingGpu(surroundings: Surroundings, emulatedWillDo: boolean): Promise<string | undefined> {
  const obstacle = gpuObstacle(surroundings);
  if (obstacle !== undefined) return obstacle;
  const adapter = await requestAdapter(surroundings.gpu);
  if (!adapter) return 'The browser has WebGPU but found no GPU that it trusts on this device.';
  const { device, emulated } = describeAdapter(adapter);
  if (emulated && !emulatedWillDo)
    return `The browser offers no real GPU, only one played by the processor (${device}).`;
  return undefined;
}

/** A GPU process that has crashed counts as no adapter. */
export async function requestAdapter(gpu: GPU | undefined): Promise<GPUAdapter | undefined> {
  try {
    return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
  } catch {
    return undefined;
  }
}
