import { setTimeout as sleep } from 'node:timers/promises';
import type { JobFileInput } from '../core/job/schema.js';
import type { View } from '../core/watch/view.js';
import { Fleet } from '../test/fleet.js';
import { PeerProcess } from '../test/processes.js';
import type { Figure } from './harness.js';
import { ViewerProcess } from './watch/viewer-process.js';
import { watchedIn } from './watched-page.js';

const VIEWERS = 4;
/** With viewers and without take turns, so that a machine that grows slower slows both. */
const ROUNDS = 4;
const ROUND_MS = 5_000;
/** Links are opened, and the first frames come all at once. */
const SETTLE_MS = 1_500;

/** Frames a second that a browser asks for. */
const PAGE_RATE = 40;
const PAGE_SECONDS = 8;

/** A job, and the plane of it that is watched. */
interface Subject {
  /** Before each figure's name. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly view: View;
}

const CUBE: Subject = {
  name: 'watch',
  shape: [128, 128, 128],
  view: { state: 'psi', axis: 'z', at: 64, stride: 1, rate: 30 },
};
const PLANE: Subject = {
  name: 'watch_512',
  shape: [512, 512],
  view: { state: 'psi', axis: 'z', at: 0, stride: 1, rate: 30 },
};

/** Seldom enough to cost a device hardly more than nothing. */
const SELDOM: Subject = { ...PLANE, name: 'watch_512_seldom', view: { ...PLANE.view, rate: 10 } };

/** More steps of a wave than any turn makes. */
const endless = (shape: readonly number[]): JobFileInput => ({
  name: 'watched',
  model: 'wave',
  grid: { shape: [...shape], spacing: 1 },
  time: { steps: 10_000_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'radial-wave', amplitude: 1, wavelength: 16, frequency: 0.03 } },
});

/**
 * What viewers cost those who compute, and what they see. The peer computes in one thread. The viewers are in a process of their own, which draws
 * nothing and has the lowest priority: elsewhere in life they have a machine of their own, here they get what the peer and the coordinator leave.
 */
export async function bench(): Promise<Figure[]> {
  const figures = await seenInABrowser();
  for (const subject of [CUBE, PLANE, SELDOM]) figures.push(...(await costToThePeer(subject)));
  return figures;
}

/** How many frames a second of a large plane a browser shows, while the job runs that they are of. */
async function seenInABrowser(): Promise<Figure[]> {
  const fleet = await Fleet.start({ pages: 'dist/pages' });
  const peer = new PeerProcess(fleet.url, 'the peer', ['--threads', '1']);
  try {
    const id = await fleet.submit(endless(PLANE.shape));
    const stepOf = () => fleet.status(id).progress?.step ?? 0;
    while (stepOf() === 0) await sleep(100);
    const alone = await rateOver(stepOf);
    const options = { search: `?rate=${PAGE_RATE}`, settle: 4, seconds: PAGE_SECONDS };
    const { rate, rows, columns, found } = await watchedIn(fleet.url, options, () => rateOver(stepOf));
    fleet.stop(id);
    const note = `a job of ${PLANE.shape.join(' × ')} cells on one peer with one thread, and Chromium without a window, on one machine`;
    return [
      {
        name: 'watch_fps',
        value: rate,
        unit: '1/s',
        note: `frames of ${rows} × ${columns} painted, ${PAGE_RATE} asked for; ${note}`,
      },
      {
        name: 'watch_fps_steps',
        value: found,
        unit: 'steps/s',
        note: `of the job meanwhile, ${alone.toFixed(0)} before; ${note}`,
      },
    ];
  } finally {
    await peer.stop();
    await fleet.close();
  }
}

/** A peer's rate while four viewers watch, beside its rate while nobody does. */
async function costToThePeer({ name, shape, view }: Subject): Promise<Figure[]> {
  const fleet = await Fleet.start();
  const peer = new PeerProcess(fleet.url, 'the peer', ['--threads', '1']);
  try {
    const id = await fleet.submit(endless(shape));
    const stepOf = () => fleet.status(id).progress?.step ?? 0;
    while (stepOf() === 0) await sleep(100);
    const alone: number[] = [];
    const watched: number[] = [];
    const shown: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(SETTLE_MS);
      alone.push(await rateOver(stepOf));
      const viewers = new ViewerProcess({ url: fleet.url, viewers: VIEWERS, view });
      try {
        await viewers.seen(1);
        await sleep(SETTLE_MS);
        const [frames, start] = [viewers.frames, performance.now()];
        watched.push(await rateOver(stepOf));
        shown.push((1000 * (viewers.frames - frames)) / VIEWERS / (performance.now() - start));
      } finally {
        await viewers.close();
      }
    }
    await sleep(SETTLE_MS);
    alone.push(await rateOver(stepOf));
    fleet.stop(id);
    const note = `${shape.join(' × ')}, one thread, ${ROUNDS} turns of ${ROUND_MS / 1000} s each`;
    // Each beside the turns before and after it, which the machine has done in about the same mood.
    const ratios = watched.map((rate, i) => (2 * rate) / ((alone[i] as number) + (alone[i + 1] as number)));
    const scatter = (Math.max(...alone) - Math.min(...alone)) / median(alone);
    return [
      {
        name: `${name}_ratio`,
        value: median(ratios),
        unit: '1',
        note: `rate with ${VIEWERS} viewers, beside without, the viewers on what is left of the processor; ${note}`,
      },
      {
        name: `${name}_rate_alone`,
        value: median(alone) * shape.reduce((cells, length) => cells * length, 1),
        unit: 'cells/s',
        note,
      },
      {
        name: `${name}_scatter`,
        value: scatter,
        unit: '1',
        note: 'of the rate without viewers, most less least',
      },
      {
        name: `${name}_frames`,
        value: median(shown),
        unit: '1/s',
        note: `whole frames of ${shape.slice(-2).join(' × ')} at each viewer, ${view.rate} asked for`,
      },
    ];
  } finally {
    await peer.stop();
    await fleet.close();
  }
}

/** Steps a second, between two changes of what is told of them. */
async function rateOver(stepOf: () => number): Promise<number> {
  const start = await nextChange(stepOf);
  await sleep(ROUND_MS);
  const end = await nextChange(stepOf);
  return (end.step - start.step) / (end.at - start.at);
}

async function nextChange(stepOf: () => number): Promise<{ readonly step: number; readonly at: number }> {
  const before = stepOf();
  while (stepOf() === before) await sleep(2);
  return { step: stepOf(), at: performance.now() / 1000 };
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
