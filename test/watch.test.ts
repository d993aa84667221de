import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkJob } from '../core/job/check.js';
import type { JobFileInput } from '../core/job/schema.js';
import type { TransportFactory } from '../core/links/transport.js';
import { addressesOf } from '../core/protocol/addresses.js';
import type { Frame } from '../core/watch/frames.js';
import { samplesOf } from '../core/watch/looking.js';
import { type Plane, planeOf } from '../core/watch/plane.js';
import type { View } from '../core/watch/view.js';
import { Viewer, type ViewerState } from '../core/watch/viewer.js';
import { connectSocket } from '../peer-node/socket.js';
import { openTransports } from '../peer-node/transports.js';
import { Fleet } from './fleet.js';

const file: JobFileInput = {
  name: 'watched',
  model: 'wave',
  grid: { shape: [16, 32, 48], spacing: 1, brick: 16 },
  // Longer than any test looks: it is stopped.
  time: { steps: 200_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 2, sigma: 3, centre: { z: 8, y: 12, x: 14 } } },
  run: { peers: 2, use: 'all', exchangeEvery: 4 },
};

let transports: TransportFactory;
beforeAll(async () => {
  transports = await openTransports('datachannel');
});
afterAll(() => transports.close());

/** A viewer in this process, with all that it has seen. */
class Onlooker {
  readonly frames: Frame[] = [];
  readonly #viewer: Viewer;
  #state: ViewerState = { kind: 'connecting' };
  #waiting: { readonly done: () => boolean; readonly resolve: () => void }[] = [];

  constructor(url: string, view: View) {
    this.#viewer = new Viewer({
      connect: () => connectSocket(addressesOf(url).socket),
      transports,
      kind: 'node',
      onChange: (state) => {
        this.#state = state;
        this.#wake();
      },
      onFrame: (frame) => {
        this.frames.push(frame);
        this.#wake();
      },
    });
    this.#viewer.look(view);
  }

  get state(): ViewerState {
    return this.#state;
  }

  /** Who passes frames on to it; undefined where it asks the peers. */
  get from(): string | undefined {
    return this.#state.kind === 'open' ? this.#state.room.viewers.get(this.#state.self)?.from : undefined;
  }

  look(view: View): void {
    this.frames.length = 0;
    this.#viewer.look(view);
  }

  /** Resolves when something is so. */
  until(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ done, resolve }));
  }

  /** Resolves when so many more frames have come. */
  more(count: number): Promise<void> {
    const enough = this.frames.length + count;
    return this.until(() => this.frames.length >= enough);
  }

  async close(): Promise<void> {
    await this.#viewer.close();
  }

  #wake(): void {
    const ready = this.#waiting.filter(({ done }) => done());
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }
}

const view: View = { state: 'psi', axis: 'z', at: 8, stride: 1, rate: 20 };

async function planesSeen({ frames }: Onlooker, of: JobFileInput, seen: View): Promise<Plane[]> {
  const samples = samplesOf(seen, checkJob(of));
  if (!samples) throw new RangeError('the job has no such plane');
  return Promise.all(frames.map((frame) => planeOf(frame, samples)));
}

describe('what a viewer sees', () => {
  test.each<{ across: string; seen: View; plane: Record<string, number> }>([
    { across: 'z', seen: view, plane: { z: 8 } },
    { across: 'x, every third cell', seen: { ...view, axis: 'x', at: 17, stride: 3 }, plane: { x: 17 } },
  ])('across $across is what the store holds of that step, within quantisation', async ({ seen, plane }) => {
    const job: JobFileInput = {
      ...file,
      time: { steps: 1200, courant: 0.5 },
      outputs: { film: { fields: ['psi'], every: 4, plane } },
    };
    const fleet = await Fleet.start();
    const onlooker = new Onlooker(fleet.url, { ...seen, rate: 60 });
    try {
      await Promise.all([fleet.join(), fleet.join()]);
      const id = await fleet.submit(job);
      await onlooker.more(3);
      await fleet.done(id);
      const stored = await fleet.result(id).output('film', 'psi');
      const [rows, columns] = seen.axis === 'z' ? [32, 48] : [16, 32];
      for (const { step, values, error, columns: width } of await planesSeen(onlooker, job, seen)) {
        const truth = stored.subarray((step / 4 - 1) * rows * columns);
        for (const [i, value] of values.entries()) {
          const [row, column] = [Math.floor(i / width) * seen.stride, (i % width) * seen.stride];
          const wrong = Math.abs(value - (truth[row * columns + column] as number));
          expect(wrong).toBeLessThanOrEqual(error + 1e-6);
        }
        expect(error).toBeLessThan(0.02);
      }
    } finally {
      await onlooker.close();
      await fleet.close();
    }
  });
});

describe('many viewers', () => {
  test('share one stream, and go on when one in the middle is gone', async () => {
    const fleet = await Fleet.start();
    const onlookers: Onlooker[] = [];
    try {
      await Promise.all([fleet.join(), fleet.join()]);
      const id = await fleet.submit(file);
      for (let i = 0; i < 4; i++) {
        const onlooker = new Onlooker(fleet.url, view);
        onlookers.push(onlooker);
        await onlooker.more(2);
      }
      // The first asks the peers, the next two the first, the fourth the second.
      expect(onlookers.map(({ from }) => from !== undefined)).toEqual([false, true, true, true]);
      const [first, second] = onlookers as [Onlooker, Onlooker];
      await second.close();
      await Promise.all(onlookers.filter((one) => one !== second).map((one) => one.more(3)));
      await first.close();
      await Promise.all(onlookers.slice(2).map((one) => one.more(3)));
      expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
      expect(fleet.status(id).state).toBe('running');
    } finally {
      await Promise.all(onlookers.map((onlooker) => onlooker.close()));
      await fleet.close();
    }
  });

  test('see so many planes at once, and who wants yet another is told', async () => {
    const fleet = await Fleet.start();
    const onlookers = [0, 1, 2, 3, 4].map((at) => new Onlooker(fleet.url, { ...view, at }));
    try {
      const notices = () =>
        onlookers.filter(({ state }) => state.kind === 'open' && state.notice.includes('4 planes'));
      await Promise.race(onlookers.map((onlooker) => onlooker.until(() => notices().length === 1)));
    } finally {
      await Promise.all(onlookers.map((onlooker) => onlooker.close()));
      await fleet.close();
    }
  });
});
