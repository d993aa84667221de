import { EngineError } from '../../core/errors.js';
import { isEmulator } from '../../shaders/webgpu/adapter.js';
import { loadDawn } from './dawn.js';

/** A GPU of this machine, as its driver calls it. */
export interface GpuName {
  readonly name: string;
  /** A processor that plays one. */
  readonly emulated: boolean;
  /** How many of that name there are. Dawn tells GPUs apart by name only, so that one of them can be used. */
  readonly count: number;
}

/** Asks for a GPU that does not exist: Dawn's refusal is the only list of those that do. */
const NO_SUCH_GPU = 'groundswell asks what there is';

/** Every GPU that Dawn finds. Throws EngineError where it finds none, or is not there itself. */
export async function listGpus(): Promise<readonly GpuName[]> {
  const dawn = await loadDawn(NO_SUCH_GPU);
  const refusal = await dawn.requestAdapter().then(
    () => '',
    (error: unknown) => String(error),
  );
  const gpus = gpusIn(refusal);
  if (gpus.length === 0) throw new EngineError('no GPU can be reached: check its Vulkan driver');
  return gpus;
}

/** Reads lines like ` * backend: 'vulkan', name: 'NVIDIA H100'`. One GPU has a line for each way to reach it. */
export function gpusIn(refusal: string): readonly GpuName[] {
  const counts = new Map<string, Map<string, number>>();
  for (const [, backend = '', name = ''] of refusal.matchAll(/backend: '([^']*)', name: '(.*)'/g)) {
    const ways = counts.get(name) ?? new Map<string, number>();
    counts.set(name, ways.set(backend, (ways.get(backend) ?? 0) + 1));
  }
  return [...counts].map(([name, ways]) => {
    return { name, emulated: isEmulator(name), count: Math.max(...ways.values()) };
  });
}

/** What a user asks for: every real GPU, so many of them, or those whose names contain these. */
export type GpuChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'names'; readonly parts: readonly string[] };

/** What a choice comes to. */
export interface ChosenGpus {
  /** Each once: two peers on one card would be no faster than one. */
  readonly names: readonly string[];
  /** What people are told of cards that were not chosen, though they may think so: a line each. */
  readonly leftOut: readonly string[];
}

/** Those chosen. Throws EngineError where there are fewer. */
export function chooseGpus(gpus: readonly GpuName[], choice: GpuChoice): ChosenGpus {
  const asked = namesAsked(gpus, choice);
  const names = [...new Set(asked)];
  return { names, leftOut: [...namedAgain(asked), ...ofOneName(gpus, names)] };
}

/** A line for each card that several parts of names mean. */
function namedAgain(asked: readonly string[]): readonly string[] {
  const times = new Map<string, number>();
  for (const name of asked) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times]
    .filter(([, count]) => count > 1)
    .map(([name, count]) => `--gpus names ${name} ${count} times: one peer computes on it`);
}

/** A line for each name among those chosen that several cards have. */
function ofOneName(gpus: readonly GpuName[], names: readonly string[]): readonly string[] {
  return gpus
    .filter(({ name, count }) => count > 1 && names.includes(name))
    .map(
      ({ name, count }) =>
        `Of ${count} GPUs called ${name} one computes, for Dawn tells them apart by name only: ` +
        'give each a container or a machine of its own',
    );
}

/** The name that each part of the choice means. */
function namesAsked(gpus: readonly GpuName[], choice: GpuChoice): readonly string[] {
  const real = gpus.filter(({ emulated }) => !emulated).map(({ name }) => name);
  switch (choice.kind) {
    case 'all':
      if (real.length > 0) return real;
      throw new EngineError(`--gpus all: this machine has no GPU; ${found(gpus)}`);
    case 'count':
      if (real.length >= choice.count) return real.slice(0, choice.count);
      throw new EngineError(
        `--gpus ${choice.count}: this machine has ${real.length} that can be told apart; ${found(gpus)}`,
      );
    case 'names':
      return choice.parts.map((part) => {
        const gpu = gpus.find(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
        if (gpu) return gpu.name;
        throw new EngineError(`--gpus ${part}: there is none of that name; ${found(gpus)}`);
      });
  }
}

function found(gpus: readonly GpuName[]): string {
  const words = gpus.map(({ name, emulated, count }) => {
    const many = count > 1 ? ` (${count} of one name: give each a container or a machine of its own)` : '';
    return `${name}${emulated ? ' (the processor playing one)' : ''}${many}`;
  });
  return `Dawn finds ${words.join(', ')}`;
}
