/**
 * A model: a named set of fields and the update of one cell, written in WGSL.
 *
 * The WGSL declares `struct Cell` with one `f32` member per field, in the order of `fields`, and
 * `fn update() -> Cell`, which returns the cell's new values. Inside, a field `psi` of kind `wave` is read as
 * `psi(dx, dy, dz)` (the newest level, at a constant offset within `radius`) and `psi_before()` (the level
 * before it, at the cell itself); a field `rms2` of kind `tracker` as `rms2()` (its value so far, at the cell itself).
 * A medium `speed` is read as `speed()`, at the cell itself.
 * `param.NAME` is one of `constants`, `step.time` the time of the newest level, and the constant `DIMENSIONS` is 2u or 3u.
 * Names that begin with `gs_` are the engines' own.
 */
export interface Model extends ModelSource {
  /** One sentence for people. */
  readonly title: string;
  readonly fields: readonly Field[];
  readonly media: readonly Medium[];
  /** What a job file sets under `parameters`. */
  readonly parameters: readonly Parameter[];
  /** The values of `constants`, in f64; engines round them to f32. */
  readonly evaluate: (setting: Setting) => Readonly<Record<string, number>>;
  /** The largest stable time step, in the job's unit of time. `largest` has each medium's largest value, in the job's units. */
  readonly largestStep: (setting: Omit<Setting, 'dt'>, largest: Readonly<Record<string, number>>) => number;
}

/** What the compiler and the engines need of a model: plain data, which can cross to a worker. */
export interface ModelSource {
  readonly name: string;
  readonly wgsl: string;
  /** Cells that one update reaches, along each axis: 1 to 4. */
  readonly radius: number;
  readonly fields: readonly Pick<Field, 'name' | 'kind'>[];
  readonly media: readonly Pick<Medium, 'name'>[];
  /** Names of the members of `param`, all f32. */
  readonly constants: readonly string[];
}

/**
 * `wave`: two time levels, leapfrog; the new level overwrites the oldest in place.
 * `tracker`: one level, updated cell by cell.
 */
export interface Field {
  readonly name: string;
  readonly kind: 'wave' | 'tracker';
  readonly title: string;
  /** UDUNITS symbol, or a function of the job's units where it is derived from them. */
  readonly unit: (units: {
    readonly length: string;
    readonly time: string;
    readonly amplitude: string;
  }) => string;
}

/**
 * What cells are made of: a value for each cell, or one for all, that never changes and that all components share.
 * It is no state: it comes from the job file on each device, never travels with halos and is not checkpointed.
 */
export interface Medium {
  readonly name: string;
  readonly title: string;
  /** UDUNITS symbol. */
  readonly unit: (units: { readonly length: string; readonly time: string }) => string;
  /** Everywhere, where the job says nothing; without it the job has to. */
  readonly default?: number;
  readonly min?: number;
  /** What the WGSL reads is the job's value times this: a value in the units of grid and step. */
  readonly scale: (setting: Pick<Setting, 'spacing' | 'dt'>) => number;
}

export interface Parameter {
  readonly name: string;
  readonly title: string;
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** What a model may derive its constants from. */
export interface Setting {
  readonly parameters: Readonly<Record<string, number>>;
  readonly spacing: number;
  readonly dt: number;
  readonly dimensions: 2 | 3;
}
