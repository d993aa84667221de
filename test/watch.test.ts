import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkJob } from '../core/job/check.js';
import type { JobFileInput } from '../core/job/schema.js';
import type { TransportFactory } from '../core/links/transport.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { PROTOCOL_VERSION } from '../core/protocol/limits.js';
import { Line } from '../core/protocol/line.js';
import type { Frame } from '../core/watch/frames.js';
import { samplesOf } from '../core/watch/looking.js';
import { type Plane, planeOf, volumeOf } from '../core/watch/plane.js';
import { readSlice } from '../core/watch/slice.js';
import { type StoredAt, snapshotsFor, storedPlanes } from '../core/watch/stored.js';
import type { Sight, View } from '../core/watch/view.js';
import { Viewer, type ViewerState } from '../core/watch/viewer.js';
import { connectSocket } from '../peer-node/socket.js';
import { openTransports } from '../peer-node/transports.js';
import { Fleet } from './fleet.js';
import { storedPlane } from './stored-plane.js';

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

  constructor(url: string, view: Sight) {
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

  look(view: Sight): void {
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
  return Promise.all(frames.slice(0, 3).map((frame) => planeOf(frame, samples)));
}

describe('what a viewer sees', () => {
  test.each<{ across: string; seen: View; plane: Record<string, number> }>([
    { across: 'z', seen: view, plane: { z: 8 } },
    { across: 'x, every third cell', seen: { ...view, axis: 'x', at: 17, stride: 3 }, plane: { x: 17 } },
  ])('across $across is what the store holds of that step, within quantisation', async ({ seen, plane }) => {
    const job: JobFileInput = { ...file, outputs: { film: { fields: ['psi'], every: 4, plane } } };
    const fleet = await Fleet.start();
    const onlooker = new Onlooker(fleet.url, seen);
    try {
      await Promise.all([fleet.join(), fleet.join()]);
      const id = await fleet.submit(job);
      await onlooker.more(3);
      for (const { step, values, error } of await planesSeen(onlooker, job, seen)) {
        const at = { output: 'film', snapshot: step / 4 - 1, step };
        const stored = await storedPlane(fleet.url, id, { view: seen, shape: [16, 32, 48], at });
        expect(values.length).toBe(stored.values.length);
        for (const [i, value] of values.entries()) {
          const wrong = Math.abs(value - (stored.values[i] as number));
          // The store's route quantises as well, by the range of the whole plane.
          expect(wrong).toBeLessThanOrEqual(error + stored.error + 1e-6);
        }
        expect(error).toBeLessThan(0.01);
      }
    } finally {
      await onlooker.close();
      await fleet.close();
    }
  });
});

describe('a plane of 512²', () => {
  test('is seen whole, and is what the store holds of that step', async () => {
    const edge = 512;
    const every = 32;
    const job: JobFileInput = {
      ...file,
      grid: { shape: [edge, edge], spacing: 1 },
      initial: { psi: { formula: 'gaussian', amplitude: 2, sigma: 9, centre: { y: 250, x: 230 } } },
      outputs: { film: { fields: ['psi'], every } },
      run: { peers: 2, use: 'all', exchangeEvery: every },
    };
    const seen: View = { state: 'psi', axis: 'z', at: 0, stride: 1, rate: 30 };
    const fleet = await Fleet.start();
    const onlooker = new Onlooker(fleet.url, seen);
    try {
      await Promise.all([fleet.join(), fleet.join()]);
      const id = await fleet.submit(job);
      await onlooker.more(1);
      // Each of two peers has sent its part.
      expect(onlooker.frames[0]?.slices).toHaveLength(2);
      const [plane] = await planesSeen(onlooker, job, seen);
      const { step, values, rows, columns, error } = plane as Plane;
      expect([rows, columns]).toEqual([edge, edge]);
      const at = { output: 'film', snapshot: step / every - 1, step };
      const stored = await storedPlane(fleet.url, id, { view: seen, shape: [1, edge, edge], at });
      const wrong = values.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (stored.values[i] as number))),
        0,
      );
      expect(wrong).toBeLessThanOrEqual(error + stored.error + 1e-6);
      expect(error).toBeLessThan(0.01);
    } finally {
      await onlooker.close();
      await fleet.close();
    }
  });
});

describe('a volume', () => {
  test.each([
    { what: 'every cell', stride: 1 },
    { what: 'every third cell', stride: 3 },
  ])('of $what comes from all who hold it, and is what the store holds of that step', async ({ stride }) => {
    const shape = [16, 32, 48] as const;
    const outputs = { film: { fields: ['psi'], every: 4 } };
    const job: JobFileInput = { ...file, outputs };
    const seen: Sight = { state: 'psi', axis: 'all', stride, rate: 5 };
    const fleet = await Fleet.start();
    const onlooker = new Onlooker(fleet.url, seen);
    // It is served by the one before.
    const second = new Onlooker(fleet.url, seen);
    try {
      await Promise.all([fleet.join(), fleet.join()]);
      const id = await fleet.submit(job);
      await Promise.all([onlooker.more(1), second.more(1)]);
      for (const [frame] of [onlooker.frames, second.frames]) {
        if (!frame) throw new RangeError('no frame came');
        expect(frame.slices).toHaveLength(2);
        const samples = samplesOf(seen, checkJob(job));
        if (!samples) throw new RangeError('the job has no such volume');
        const { step, layers, rows, columns, values, error } = await volumeOf(frame, samples);
        expect([layers, rows, columns]).toEqual(shape.map((length) => Math.ceil(length / stride)));
        const middle = Math.floor(layers / 2);
        const plane: View = { ...view, at: middle * stride, stride };
        const at = { output: 'film', snapshot: step / 4 - 1, step };
        const stored = await storedPlane(fleet.url, id, { view: plane, shape, at });
        const layer = values.subarray(middle * rows * columns, (middle + 1) * rows * columns);
        const wrong = layer.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (stored.values[i] as number))),
          0,
        );
        expect(wrong).toBeLessThanOrEqual(error + stored.error + 1e-6);
        expect(error).toBeLessThan(0.01);
      }
    } finally {
      await second.close();
      await onlooker.close();
      await fleet.close();
    }
  });
});

/** Takes a viewer's place, and is not heard of again: nothing is passed on, and nobody is answered. */
async function silentViewer(url: string, view: View): Promise<{ readonly id: string; close(): void }> {
  const line = new Line(await connectSocket(addressesOf(url).socket));
  const id = await new Promise<string>((resolve) => {
    line.listen({
      changed: () => {},
      heard: (message) => {
        if (message.type === 'watching') resolve(message.peer);
      },
      relayed: () => {},
      ended: () => {},
    });
    line.send({ type: 'watch', version: PROTOCOL_VERSION, kind: 'node' });
  });
  line.send({ type: 'view', view });
  return { id, close: () => line.close() };
}

describe('many viewers', () => {
  test('starve of nobody: who gets nothing from the one before asks the peers', async () => {
    const fleet = await Fleet.start();
    await Promise.all([fleet.join(), fleet.join()]);
    const id = await fleet.submit(file);
    const silent = await silentViewer(fleet.url, view);
    const onlooker = new Onlooker(fleet.url, view);
    try {
      await onlooker.more(3);
      // It is still told to ask the other one, and what it sees comes from the peers, in parts.
      expect(onlooker.from).toBe(silent.id);
      expect(onlooker.frames[0]?.slices).toHaveLength(2);
      expect(fleet.status(id).state).toBe('running');
      expect(fleet.troubles).toEqual([]);
    } finally {
      await onlooker.close();
      silent.close();
      await fleet.close();
    }
  });

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

describe('what is stored', () => {
  test('is seen across any axis of a volume, in the same bytes', async () => {
    const fleet = await Fleet.start();
    try {
      await fleet.join();
      const job: JobFileInput = {
        ...file,
        grid: { shape: [10, 12, 14], spacing: 1, brick: 8 },
        time: { steps: 8, courant: 0.5 },
        outputs: { all: { fields: ['psi'], every: 4 }, wall: { fields: ['psi'], plane: { x: 3 } } },
        run: {},
      };
      const id = (await fleet.run(job)).id;
      const truth = await fleet.result(id).output('all', 'psi');
      const stored = storedPlanes(fetch, addressesOf(fleet.url));
      const snapshots = await stored.snapshots(id);
      const asked: View = { state: 'psi', axis: 'y', at: 5, stride: 3, rate: 1 };
      const [, last] = snapshotsFor(snapshots, asked);
      expect(last).toEqual({ output: 'all', snapshot: 1, step: 8 });
      const slice = await readSlice(await stored.plane(id, asked, last as StoredAt));
      expect(slice).toMatchObject({ step: 8, row: 0, column: 0, rows: 4, columns: 5 });
      const range = Math.max(...slice.values) - Math.min(...slice.values);
      for (const [i, value] of slice.values.entries()) {
        const [z, x] = [3 * Math.floor(i / 5), 3 * (i % 5)];
        const exact = truth[((10 + z) * 12 + 5) * 14 + x] as number;
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(range / 508 + 1e-6);
      }
      // Of an output that is itself a plane there is what it holds.
      expect(snapshotsFor(snapshots, { ...asked, axis: 'x', at: 3 }).map(({ output }) => output)).toContain(
        'wall',
      );
      const line = await stored.plane(id, { ...asked, stride: 1 }, { output: 'wall', snapshot: 0, step: 8 });
      expect(line.samples).toEqual({ layer: 0, row: 0, column: 3, layers: 1, rows: 10, columns: 1 });
    } finally {
      await fleet.close();
    }
  });

  test.each(['output=ghost', 'snapshot=99999', 'snapshot=9', 'at=99', 'stride=0', 'axis=t'])(
    'is refused where there is no such thing: %s',
    async (wrong) => {
      const fleet = await Fleet.start();
      try {
        const id = await fleet.submit({ ...file, outputs: { all: { fields: ['psi'], every: 4 } } });
        const query = new URLSearchParams('output=all&snapshot=0&state=psi&axis=z&at=1&stride=1');
        for (const [name, value] of new URLSearchParams(wrong)) query.set(name, value);
        const answer = await fetch(addressesOf(fleet.url).api(`/jobs/${id}/plane?${query}`));
        expect([400, 404]).toContain(answer.status);
        expect(await answer.json()).toHaveProperty('error.message');
      } finally {
        await fleet.close();
      }
    },
  );
});
