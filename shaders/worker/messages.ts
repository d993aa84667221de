import { EngineError, ModelError } from '../../core/errors.js';
import type { Advance, EngineKind, ShardSpec, Slab, Update } from '../engine.js';
import type { ModelSource } from '../model.js';

/** A shard's name between the two ends, given by the caller. */
export type ShardNumber = number;

/** A shard's spec as it crosses: functions can't, so the model is compiled again on the other side. */
export type PlainShardSpec = Omit<ShardSpec, 'model'> & { readonly model: ModelSource };

/** What one end asks of the other, and what it answers. */
export interface Calls {
  open(): { readonly kind: EngineKind; readonly device: string; readonly memory: number };
  create(shard: ShardNumber, spec: PlainShardSpec): { readonly bytes: number };
  /** `data` moves there, and back with the answer. */
  write(
    shard: ShardNumber,
    slabs: readonly Slab[],
    data: Float32Array<ArrayBuffer>,
  ): Float32Array<ArrayBuffer>;
  /** `into` moves there. */
  read(shard: ShardNumber, slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Float32Array;
  advance(shard: ShardNumber, updates: readonly Update[]): Advance;
  swapLevels(shard: ShardNumber): void;
  closeShard(shard: ShardNumber): void;
  limitTo(share: number): void;
  close(): void;
}

export type CallName = keyof Calls;

/** `id` joins an answer to its request. */
export type Request = {
  [Name in CallName]: { readonly id: number; readonly call: Name; readonly args: Parameters<Calls[Name]> };
}[CallName];

export type Answer =
  | { readonly id: number; readonly state: 'done'; readonly value: ReturnType<Calls[CallName]> }
  | { readonly id: number; readonly state: 'failed'; readonly error: PlainError };

/** An error that keeps its type. `defect` is any error that nobody is meant to act on. */
export type PlainError =
  | { readonly type: 'engine' | 'defect'; readonly message: string }
  | { readonly type: 'model'; readonly line: number; readonly column: number; readonly reason: string };

/** The part of a shard's spec that crosses. */
export function plainSpec({ model, ...spec }: ShardSpec): PlainShardSpec {
  const { name, wgsl, radius, fields, media, constants } = model.model;
  const plainFields = fields.map((field) => ({ name: field.name, kind: field.kind }));
  const plainMedia = media.map((medium) => ({ name: medium.name }));
  return { ...spec, model: { name, wgsl, radius, fields: plainFields, media: plainMedia, constants } };
}

export function plainError(error: unknown): PlainError {
  if (error instanceof ModelError) {
    return { type: 'model', line: error.line, column: error.column, reason: error.reason };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineError) return { type: 'engine', message };
  return { type: 'defect', message };
}

export function errorOf(plain: PlainError): Error {
  switch (plain.type) {
    case 'engine':
      return new EngineError(plain.message);
    case 'model':
      return new ModelError(plain.line, plain.column, plain.reason);
    case 'defect':
      return new Error(plain.message);
  }
}
