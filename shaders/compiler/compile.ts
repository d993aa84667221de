import type { Model } from '../model.js';

/** A model that has been parsed and checked against the subset: what engines run. */
export interface CompiledModel {
  readonly model: Model;
  /**
   * Trackers that some wave field depends on: they need a halo like the level before.
   * A tracker that only watches is not among them.
   */
  readonly coupledTrackers: ReadonlySet<string>;
}
