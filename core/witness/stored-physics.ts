import { StoreError } from '../errors.js';
import { cellCount } from '../grid/box.js';
import { copyDense } from '../grid/dense.js';
import type { Job } from '../job/job.js';
import type { Readable } from '../peer/load.js';
import { amplitudeOf, eachStoredPart } from '../peer/surroundings.js';
import { type Physics, physicsOf } from '../trust/physics.js';

/** A job's physics, with the media and the series of sources that lie in the store. Rejects with StoreError where a series is missing. */
export function storedPhysics(job: Job, id: string, objects: Readable): Promise<Physics> {
  return physicsOf(job, {
    mediumCells: async (name, box) => {
      const medium = job.media.get(name);
      if (medium?.kind !== 'array') throw new StoreError(`the medium ${name} does not lie in the store`);
      const cells = new Float32Array(cellCount(box));
      await eachStoredPart(job, id, name, medium.scale, box, objects, async (part, found) => {
        copyDense({ cells: found, box: part }, { cells, box }, part);
      });
      return cells;
    },
    amplitudeOf: async (name) => {
      const source = job.sources.find((candidate) => candidate.name === name);
      if (!source) throw new StoreError(`the job has no source ${name}`);
      return amplitudeOf(source, id, objects);
    },
  });
}
