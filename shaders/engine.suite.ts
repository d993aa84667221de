import { afterAll, beforeAll, describe } from 'vitest';
import { Bench, type EngineUnderTest } from './engine-bench.suite.js';
import { cellTests } from './engine-cells.suite.js';
import { mediaTests } from './engine-media.suite.js';
import { refusalTests } from './engine-refusals.suite.js';
import { stepTests } from './engine-steps.suite.js';

/** What every engine must do, whatever it runs on. */
export function engineCompliance(name: string, engine: EngineUnderTest): void {
  describe(`the ${name} engine`, () => {
    const bench = new Bench(engine);
    beforeAll(() => bench.start());
    afterAll(() => bench.close());

    cellTests(bench);
    stepTests(bench);
    mediaTests(bench);
    refusalTests(bench);
  });
}
