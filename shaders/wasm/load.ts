import { MEMORY, STEPS, type Step } from './emit.js';
import type { Meeting } from './meeting.js';
import { type WasmMemory, WebAssembly } from './platform.js';
import type { Site } from './site.js';
import { Wavefront } from './wavefront.js';

/** A thread's own instance of a shard's module, over the memory that holds the cells. */
export async function loadWavefront(
  module: Uint8Array<ArrayBuffer>,
  memory: WasmMemory,
  site: Site,
  meeting: Meeting,
): Promise<Wavefront> {
  const { instance } = await WebAssembly.instantiate(module, { [MEMORY.module]: { [MEMORY.name]: memory } });
  const [even, odd] = STEPS.map((name) => instance.exports[name]) as [Step, Step];
  return new Wavefront(site, [even, odd], new Float32Array(memory.buffer), meeting);
}
