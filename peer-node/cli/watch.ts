import { boxOfShape } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import type { Frame } from '../../core/watch/frames.js';
import { samplesOf } from '../../core/watch/looking.js';
import { planeOf } from '../../core/watch/plane.js';
import { type Snapshots, type StoredPlanes, snapshotsFor, storedPlanes } from '../../core/watch/stored.js';
import { axesAcross, samplesIn, type View } from '../../core/watch/view.js';
import type { ViewerState } from '../../core/watch/viewer.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit, UsageError } from './exit.js';
import { aborted } from './lifetime.js';
import { blockPlanes, jsonPlanes, type PlaneDisplay, plainPlanes } from './plane-display.js';

export interface WatchOptions {
  readonly field?: string;
  readonly plane?: { readonly axis: string; readonly index: number };
  readonly rate: number;
  /** Ends after so many. */
  readonly frames?: number;
  readonly json?: boolean;
}

/** Samples across: more than terminals have characters, and quick to send. */
const SAMPLES_ACROSS = 256;

/**
 * `groundswell watch`: a plane of a running job as its peers compute it, until the job ends; of one that does not run, the last
 * stored snapshot.
 */
export async function watch(url: URL, id: string, options: WatchOptions, context: Context): Promise<Exit> {
  const addresses = addressesOf(url.href);
  const api = roomApi(addresses);
  const report = await api.job(id);
  const stored = storedPlanes(fetch, addresses);
  const snapshots = await stored.snapshots(id);
  const view = viewOf(snapshots, options);
  const display = displayFor(options, context);
  const kind = snapshots.states.find(({ name }) => name === view.state)?.kind ?? 'wave';
  const scene = { id, view, kind, steps: snapshots.steps } as const;
  if (report.state === 'running' || report.state === 'waiting') {
    const ended = await watchLive(url, scene, options, display, context);
    if (ended !== 'job') return ended === 'interrupted' ? Exit.interrupted : Exit.ok;
  }
  await showLast(stored, scene, display);
  return Exit.ok;
}

interface Scene {
  readonly id: string;
  readonly view: View;
  readonly kind: 'wave' | 'tracker';
  readonly steps: number;
}

/** Resolves to why it is over: the job's end, as many frames as were wanted, or a signal. */
async function watchLive(
  url: URL,
  { id, view, kind, steps }: Scene,
  { frames }: WatchOptions,
  display: PlaneDisplay,
  { parts, lifetime }: Context,
): Promise<'job' | 'enough' | 'interrupted'> {
  let seen = 0;
  let over: (why: 'job' | 'enough' | Error) => void = () => {};
  const end = new Promise<'job' | 'enough' | Error>((resolve) => {
    over = resolve;
  });
  const show = async (frame: Frame, job: Job) => {
    const samples = samplesOf(view, job);
    if (!samples) return;
    const plane = await planeOf(frame, samples);
    if (frames !== undefined && seen >= frames) return;
    seen += 1;
    display.show({ plane, view, kind, steps, from: 'peers' });
    if (seen === frames) over('enough');
  };
  const open = await parts.openViewer({
    url: url.href,
    transport: 'auto',
    onFrame: (frame, { job, jobId }) => {
      // A slice that is torn is one picture less.
      if (jobId === id) show(frame, job).catch(() => {});
    },
    onChange: followState(id, display, over),
  });
  try {
    open.viewer.look(view);
    const why = await Promise.race([end, aborted(lifetime).then(() => 'interrupted' as const)]);
    if (why instanceof Error) throw why;
    return why;
  } finally {
    await open.close();
  }
}

/** Tells what stands between the viewer and the job, and when the job is over. */
function followState(id: string, display: PlaneDisplay, over: (why: 'job' | Error) => void) {
  let told = '';
  let begun = false;
  const tell = (text: string) => {
    if (text !== '' && text !== told) display.note(text);
    told = text;
  };
  return (state: ViewerState) => {
    switch (state.kind) {
      case 'connecting':
        return;
      case 'lost':
        return tell(`The connection is gone (${state.reason}); trying again.`);
      case 'refused':
        return over(new UsageError(state.reason));
      case 'open': {
        const { job } = state.room;
        tell(state.notice);
        const isOurs = job?.id === id;
        begun ||= isOurs;
        if (begun && !(isOurs && (job.state === 'running' || job.state === 'waiting'))) over('job');
        else if (isOurs && job.state === 'waiting') tell(`Job ${id} waits: ${job.reason ?? 'for its turn'}`);
      }
    }
  };
}

async function showLast(stored: StoredPlanes, scene: Scene, display: PlaneDisplay): Promise<void> {
  const { id, view, kind, steps } = scene;
  const snapshots = await stored.snapshots(id);
  const last = snapshotsFor(snapshots, view).at(-1);
  if (!last) return display.note(`Job ${id} does not run, and has stored nothing of that plane.`);
  const slice = await stored.plane(id, view, last);
  const samples = samplesIn(view, boxOfShape(snapshots.shape));
  const plane = await planeOf({ plan: 0, step: last.step, slices: [slice] }, samples);
  display.show({ plane, view, kind, steps, from: 'store' });
}

/** @throws UsageError where the job has no such plane or field. */
function viewOf({ shape, dimensions, states }: Snapshots, { field, plane, rate }: WatchOptions): View {
  const names = states.map(({ name }) => name);
  const state = field ?? names[0] ?? '';
  if (!names.includes(state)) {
    throw new UsageError(`--field: the job has no ${state}; it has ${names.join(', ')}`);
  }
  const axis = (plane?.axis ?? 'z') as View['axis'];
  const length = shape[{ z: 0, y: 1, x: 2 }[axis] as 0 | 1 | 2];
  if (dimensions === 2 && axis !== 'z')
    throw new UsageError('--plane: the job has two dimensions; leave it out');
  const at = plane?.index ?? Math.floor(length / 2);
  if (at >= length) throw new UsageError(`--plane: along ${axis} there are cells 0 to ${length - 1}`);
  const longest = Math.max(...axesAcross(axis).map((along) => shape[along]));
  const stride = Math.max(1, Math.min(64, Math.floor(longest / SAMPLES_ACROSS)));
  return { state, axis, at, stride, rate };
}

function displayFor({ json }: WatchOptions, { print }: Context): PlaneDisplay {
  if (json) return jsonPlanes(print);
  return process.stdout.isTTY ? blockPlanes(process.stdout) : plainPlanes(print);
}
