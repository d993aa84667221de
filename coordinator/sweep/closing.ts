import type { End } from '../run/run-tools.js';
import type { MembersOver } from './done-record.js';
import type { SweepParts } from './sweep-parts.js';

/** Records what is over of a sweep, and makes it complete when all is. */
export class Closing {
  readonly #run: SweepParts;

  constructor(run: SweepParts) {
    this.#run = run;
  }

  /** Has the store know what is over. */
  record(): void {
    const { record, life, report } = this.#run;
    const sure = this.#sure;
    const written = record.write(sure);
    if (written) life.keep(written.then(() => report.recorded(sure)));
  }

  /** Nothing is left to compute: the sweep is complete once what was drawn has held. */
  finishWhenSure(): void {
    const { isOpen, trust, life } = this.#run;
    if (!isOpen || trust?.isClear === false) return;
    trust?.stand();
    life.keep(this.#finish());
  }

  /** What is over, and is not to be computed again whatever is found. */
  get #sure(): MembersOver {
    const { done, failed } = this.#run.desk;
    return this.#run.trust?.sureOf({ done, failed }) ?? { done: new Set(done), failed };
  }

  async #finish(): Promise<void> {
    const { life, record, tools, desk, report, sweep } = this.#run;
    if (life.phase.kind === 'finishing' || life.ended) return;
    life.enter({ kind: 'finishing' });
    await record.underWay;
    this.record();
    await record.underWay;
    await this.#run.trust?.clear();
    await tools.result.finish(desk, report.contributions);
    if (life.ended) return;
    const { failed } = desk;
    const [first] = failed;
    const reason = first && `${failed.length} of ${sweep.count} members failed; the first: ${first.reason}`;
    const state = failed.length === sweep.count ? 'failed' : 'done';
    const end: End = { state, ...(reason !== undefined && { reason }) };
    life.leave(end);
    await life.record(end);
  }
}
