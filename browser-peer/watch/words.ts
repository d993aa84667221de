import type { ViewerState } from '../../core/watch/viewer.js';

/** What is on the screen. */
export type Seen =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'live'; readonly step: number; readonly paused: boolean }
  | { readonly kind: 'stored'; readonly step: number };

/** What the page says above the picture: of the room, and of what is seen. */
export function wordsFor(
  state: ViewerState,
  seen: Seen,
): { readonly title: string; readonly detail: string } {
  switch (state.kind) {
    case 'connecting':
      return { title: 'Connecting…', detail: '' };
    case 'lost':
      return { title: 'Reconnecting…', detail: state.reason };
    case 'refused':
      return { title: 'Not connected', detail: state.reason };
    case 'open':
      return roomWords(state, seen);
  }
}

function roomWords({ room: { job }, notice }: Extract<ViewerState, { kind: 'open' }>, seen: Seen) {
  if (!job) return { title: 'No simulation runs', detail: 'As soon as one does, it is seen here.' };
  switch (seen.kind) {
    case 'live':
      return { title: seen.paused ? 'Paused' : 'Live', detail: notice };
    case 'stored': {
      const last = {
        done: 'The simulation is done.',
        failed: 'The simulation failed.',
        stopped: 'The simulation was stopped.',
      };
      return { title: 'Stored', detail: job.state in last ? last[job.state as keyof typeof last] : notice };
    }
    case 'nothing':
      return { title: nothingYet[job.state], detail: notice || job.reason || '' };
  }
}

const nothingYet = {
  waiting: 'The simulation waits',
  running: 'Waiting for the first picture…',
  done: 'The simulation is done; it stored nothing of this plane',
  failed: 'The simulation failed',
  stopped: 'The simulation was stopped',
} as const;
