import { element, say, sayIfAny, show } from './elements.js';
import type { RoomSnapshot } from './follow-room.js';
import { summaryOf } from './job-summary.js';
import { mapOfRoom, showMap } from './map-view.js';
import type { PageState } from './state.js';
import { sentence } from './state-words.js';

export interface OfferNews {
  readonly state: PageState;
  readonly room: RoomSnapshot;
  readonly roomName: string;
  /** The coordinator's host, as in the address bar. */
  readonly host: string;
}

/** The question that a visitor is asked: what, for whom, at what cost. */
export function showOffer({ state, room, roomName, host }: OfferNews): void {
  const asking = state.kind === 'asking';
  show('offer-lead', asking);
  const { title, size } = jobWords(room);
  say('job-title', title);
  sayIfAny('job-size', size);
  showMap('offer', mapOfRoom(room));
  say(
    'for-whom',
    `Whoever runs the room “${roomName}” at ${host}. They choose the simulation and get its result; this device’s work goes nowhere else.`,
  );
  say('cost-memory', 'Up to a few gigabytes, depending on the size of your piece; free again when you stop.');
  // The page comes with it disabled: without scripts the browser would send the form, and nothing would begin.
  element('start', HTMLButtonElement).disabled = room.connection.kind === 'refused';
  say('start', asking ? 'Start computing' : 'Start again');
}

function jobWords({ connection, job }: RoomSnapshot): { title: string; size: string } {
  const none = (title: string, size = '') => ({ title, size });
  if (!job) {
    switch (connection.kind) {
      case 'connecting':
        return none('Asking the room…');
      case 'open':
        return none('Nothing at the moment', 'Your device would wait for the next simulation of this room.');
      case 'lost':
        return none('The room can’t be reached', sentence(connection.reason ?? 'It is tried again'));
      case 'refused':
        return none('The room does not let this page in', sentence(connection.reason));
    }
  }
  const summary = summaryOf(job);
  if (!summary)
    return none('A simulation this page can’t describe', 'Reload the page to bring it up to date.');
  switch (job.state) {
    case 'running':
      return summary;
    case 'waiting':
      return { ...summary, size: `${summary.size}. Not running yet: it waits for devices.` };
    case 'done':
    case 'failed':
    case 'stopped':
      return none(
        'Nothing at the moment',
        `“${summary.title}” has ended. Your device would wait for the next.`,
      );
  }
}
