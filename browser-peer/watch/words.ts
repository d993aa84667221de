import { isSweep } from '../../core/job/sweep.js';
import type { RoomJob } from '../../core/protocol/document.js';
import type { Snapshots } from '../../core/watch/stored.js';
import type { Sight } from '../../core/watch/view.js';
import type { ViewerState } from '../../core/watch/viewer.js';
import { count } from './numbers.js';

/** What is on the screen. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'live'; readonly step: number; readonly paused: boolean }
  | { readonly kind: 'stored'; readonly step: number };

export const CONNECTION_WORDS: Record<ViewerState['kind'], string> = {
  connecting: 'Connecting…',
  open: 'Connected',
  lost: 'Reconnecting…',
  refused: 'Not connected',
};

/** What the page says above the picture: of the room, of what is seen, and of what was asked for: `axis`. */
export function wordsFor(
  state: ViewerState,
  seen: Seen,
  axis?: Sight['axis'],
): { readonly title: string; readonly detail: string } {
  switch (state.kind) {
    case 'connecting':
      return { title: CONNECTION_WORDS.connecting, detail: '' };
    case 'lost':
    case 'refused':
      return { title: CONNECTION_WORDS[state.kind], detail: state.reason };
    case 'open':
      return roomWords(state, seen, axis);
  }
}

function roomWords(
  { room: { job }, notice }: Extract<ViewerState, { kind: 'open' }>,
  seen: Seen,
  axis: Sight['axis'] | undefined,
) {
  if (job && isSweep(job.file)) return memberWords(seen, axis);
  if (!job) return { title: 'No simulation runs', detail: 'As soon as one does, it is seen here.' };
  const over = overWords[job.state];
  switch (seen.kind) {
    case 'live':
      if (over) return { title: 'Last picture', detail: `${over} This is the last picture that came.` };
      return { title: seen.paused ? 'Paused' : 'Live', detail: notice };
    case 'stored':
      return { title: 'Stored', detail: over ?? notice };
    case 'nothing':
      return {
        title: nothingYet[job.state],
        detail: over && axis === 'all' ? PLANES_ONLY : notice || job.reason || '',
      };
  }
}

const PLANES_ONLY = 'Of what is stored, planes are seen: choose one.';

/** Of a sweep nothing is live. */
function memberWords({ kind }: Seen, axis: Sight['axis'] | undefined) {
  return { title: kind === 'nothing' ? memberNothing(axis) : 'Stored', detail: MEMBER_DETAIL };
}

const memberNothing = (axis: Sight['axis'] | undefined) =>
  axis === 'all' ? PLANES_ONLY : 'Nothing of this simulation is stored yet';

const MEMBER_DETAIL =
  'A simulation of a sweep is computed whole on one device, which sends no pictures while it does. What it has stored is seen here.';

const overWords: Partial<Record<RoomJob['state'], string>> = {
  done: 'The simulation is done.',
  failed: 'The simulation failed.',
  stopped: 'The simulation was stopped.',
};

const nothingYet = {
  waiting: 'The simulation waits',
  running: 'Waiting for the first picture…',
  done: 'The simulation is done; there is no stored picture of this',
  failed: 'The simulation failed',
  stopped: 'The simulation was stopped',
} as const;

/** How often a picture comes; `waited`: seconds since the newest. Devices that have no time for viewers, or cannot be reached, send none. */
export function rateWords(rate: number, waited: number): string {
  if (rate > 0) return `${rate.toFixed(1)} frames a second.`;
  return `No new picture for ${Math.round(waited)} s, while the simulation goes on.`;
}

/** What a view shows, in words. */
export function sightWords(sight: Sight, { dimensions }: Pick<Snapshots, 'dimensions'>): string {
  const { state } = sight;
  if (sight.axis === 'all') return `all of ${state}`;
  return dimensions === 2 ? state : `${state} at ${sight.axis} ${count(sight.at)}`;
}
