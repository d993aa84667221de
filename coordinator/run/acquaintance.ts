import type { Job } from '../../core/job/job.js';
import { waveFormatOn } from '../../core/job/memory.js';
import { classInJob } from '../trust/class-in-job.js';
import type { Parties } from '../trust/parties.js';
import type { Vetting } from '../trust/vetting.js';
import type { Acquaintance } from './pairs.js';

/** What a room knows of its peers, as far as it matters in one job. */
export function acquaintanceIn(
  { run: { keepWavesIn } }: Job,
  parties: Pick<Parties, 'of' | 'chanceOfCheck'>,
  vetting: Pick<Vetting, 'areClassesComparable' | 'areShownBy'> | undefined,
): Acquaintance {
  return {
    classOf({ id, ability }) {
      const known = parties.of(id);
      return known && classInJob(keepWavesIn, known.numericalClass, ability);
    },
    areShownBy: (peers) => vetting?.areShownBy(peers) ?? true,
    chanceOfCheck: (peer) => parties.chanceOfCheck(peer),
    // What f16 rounds away says nothing of two who drift apart for thousands of steps.
    areComparable: (...pair) =>
      vetting?.areClassesComparable === true &&
      pair.every(({ ability }) => waveFormatOn(keepWavesIn, ability.engine) === 'f32'),
  };
}
