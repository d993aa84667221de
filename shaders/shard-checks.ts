import { EngineError } from '../core/errors.js';
import {
  AXES,
  type Box,
  cellCount,
  contains,
  grow,
  hasCell,
  intersect,
  isEmpty,
  shapeOf,
} from '../core/grid/box.js';
import type { ShardSpec, Slab, StateArray, Update } from './engine.js';

// What engines refuse before they touch anything. All throw EngineError.

export function checkSpec(spec: ShardSpec): void {
  const { model, components, dimensions, frame, constants, probes, media = {}, sources = [] } = spec;
  const whole = AXES.every((axis) => Number.isInteger(frame.lo[axis]) && Number.isInteger(frame.hi[axis]));
  if (!whole || isEmpty(frame)) throw new EngineError('a shard needs at least one cell');
  if (dimensions === 2 && shapeOf(frame)[0] !== 1) {
    throw new EngineError('a 2-D shard has one cell along z');
  }
  if (!(Number.isInteger(components) && components >= 1)) {
    throw new EngineError(`a shard has 1 component or more, not ${components}`);
  }
  for (const name of model.model.constants) {
    const value = constants[name];
    if (value === undefined || !Number.isFinite(Math.fround(value))) {
      throw new EngineError(`the model's constant ${name} needs a finite f32 value, not ${value}`);
    }
  }
  for (const { name } of model.model.media) {
    const value = media[name];
    if (value !== 'cells' && !(value !== undefined && Number.isFinite(Math.fround(value)))) {
      throw new EngineError(`the model's medium ${name} needs cells or a finite f32 value, not ${value}`);
    }
  }
  checkDomain(spec);
  for (const { box, ...state } of sources) {
    checkArray(spec, { ...state, level: 'before' });
    if (isEmpty(box)) throw new EngineError(`a source of ${state.field} has no cells`);
  }
  for (const { cell, ...state } of probes) {
    checkArray(spec, { ...state, level: 'now' });
    if (!hasCell(frame, cell)) throw new EngineError(`probe [${cell}] is not in ${shown(frame)}`);
  }
}

export function checkSlabs(spec: ShardSpec, slabs: readonly Slab[]): void {
  for (const slab of slabs) {
    checkArray(spec, slab);
    if (!isEmpty(slab.box) && !contains(spec.frame, slab.box)) {
      throw new EngineError(`cells ${shown(slab.box)} are not all in ${shown(spec.frame)}`);
    }
  }
}

export function checkData(slabs: readonly Slab[], data: Float32Array): void {
  const cells = slabs.reduce((sum, { box }) => sum + cellCount(box), 0);
  if (cells !== data.length) throw new EngineError(`the slabs have ${cells} cells, the data ${data.length}`);
}

export function checkUpdates(
  { model, dimensions, frame, domain = frame, sources = [] }: ShardSpec,
  updates: readonly Update[],
): void {
  const { radius } = model.model;
  const updatable = intersect(grow(frame, [dimensions === 3 ? -radius : 0, -radius, -radius]), domain);
  for (const { box, amplitudes = [] } of updates) {
    if (amplitudes.length !== sources.length || !amplitudes.every((a) => Number.isFinite(Math.fround(a)))) {
      throw new EngineError(`an update needs a finite f32 amplitude for each of ${sources.length} sources`);
    }
    if (isEmpty(box) || !contains(updatable, box)) {
      throw new EngineError(
        `cells ${shown(box)} cannot be updated: their neighbours are not all in ${shown(frame)}`,
      );
    }
  }
}

function checkDomain({ model, dimensions, frame, domain = frame }: ShardSpec): void {
  const { radius } = model.model;
  for (const axis of AXES) {
    const most = dimensions === 2 && axis === 0 ? 0 : Math.min(radius, domain.hi[axis] - domain.lo[axis]);
    for (const layers of [domain.lo[axis] - frame.lo[axis], frame.hi[axis] - domain.hi[axis]]) {
      if (Number.isInteger(layers) && layers >= 0 && layers <= most) continue;
      throw new EngineError(`cells ${shown(frame)} are not mirrored at the faces of ${shown(domain)}`);
    }
  }
}

function checkArray({ model, components, media }: ShardSpec, { component, field, level }: StateArray): void {
  if (media?.[field] === 'cells' && component === 0 && level === 'now') return;
  const known = model.model.fields.find(({ name }) => name === field);
  if (!known || !(component >= 0 && component < components)) {
    throw new EngineError(`this shard has no state ${field} of component ${component}`);
  }
  if (level === 'before' && known.kind === 'tracker') {
    throw new EngineError(`${field} is a tracker: it has one level only`);
  }
}

const shown = ({ lo, hi }: Box) => `[${lo}] to [${hi}]`;
