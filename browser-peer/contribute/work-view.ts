import { element, say, sayIfAny, show } from './elements.js';
import type { RoomSnapshot } from './follow-room.js';
import { summaryOf } from './job-summary.js';
import type { LinkRates } from './link-rates.js';
import { showLinks } from './links-view.js';
import { mapOfRoom, mapOfShard, showMap } from './map-view.js';
import { count, duration, percent, roughly } from './numbers.js';
import { secondComputerWords } from './second-computer.js';
import type { DeviceInUse, PageState } from './state.js';

export interface WorkNews {
  readonly state: PageState;
  readonly room: RoomSnapshot;
  readonly device: DeviceInUse | undefined;
  /** Cell updates that this device has made, over all visits. */
  readonly updates: number;
  /** Those of them that stood; undefined where nobody counts them. */
  readonly verified: number | undefined;
  /** That the tab was held still; empty where it was not. */
  readonly stillness: string;
  readonly linkRates: LinkRates;
}

const UNKNOWN = '–';

/** Figures that say nothing while nothing runs; what a device has given is shown all the same. */
const OF_A_RUN = ['own-rate-figure', 'run-rate-figure', 'time-left-figure', 'devices-figure'];

/** What the device does and what the whole run does, while it is in use. */
export function showWork({ state, room, device, updates, verified, stillness, linkRates }: WorkNews): void {
  const computing = state.kind === 'computing' ? state : undefined;
  const summary = room.job && room.job.state === 'running' ? summaryOf(room.job) : undefined;
  const progress = summary && room.progress;
  const step = computing?.step ?? progress?.step;
  const steps = computing?.job.steps ?? progress?.steps;

  say('work-job', summary?.title ?? computing?.job.name ?? 'No simulation at the moment');
  sayIfAny('work-size', summary?.size ?? '');
  sayIfAny('work-members', membersIn(state));
  const runs = summary !== undefined || computing !== undefined;
  for (const id of OF_A_RUN) show(id, runs);
  show('figures', runs || updates > 0);
  showProgress(step, steps);
  showWay(room);
  say('own-rate', state.kind === 'computing' || state.kind === 'members' ? roughly(state.rate) : UNKNOWN);
  say('run-rate', progress ? roughly(progress.rate) : UNKNOWN);
  say('time-left', typeof progress?.secondsLeft === 'number' ? duration(progress.secondsLeft) : UNKNOWN);
  say('devices', progress ? count(progress.peers) : UNKNOWN);
  say('device', device?.device ?? UNKNOWN);
  sayIfAny('device-note', device?.note ?? '');
  sayIfAny('stillness', stillness);
  say('updates', roughly(updates));
  showCredit(verified);
  const second = computing && secondComputerWords(computing, room.roster);
  say('map-heading', computing ? (second?.heading ?? 'The piece in your hands') : 'How the space is shared');
  sayIfAny('work-second', second?.why ?? '');
  showMap('work', computing ? mapOfShard(computing) : mapOfRoom(room));
  showLinks(computing?.links, room.roster, linkRates);
}

/** Members named at most: a device holds some more. */
const MOST_NAMED = 2;

/** Which simulations of a sweep this device computes, by what sets them apart. */
function membersIn(state: PageState): string {
  if (state.kind !== 'members' || state.running.length === 0) return '';
  const more = state.running.length - MOST_NAMED;
  const named = state.running.slice(0, MOST_NAMED).map(shortened).join('; ');
  return `Now on this device: ${named}${more > 0 ? `; and ${count(more)} more` : ''}. Done here: ${count(state.done)}.`;
}

/** With numbers no longer than tells them apart: values between the ends of an axis have all digits that there are. */
const shortened = (member: string) =>
  member.replaceAll(/\d+\.\d{5,}/g, (number) => String(Number(Number(number).toPrecision(6))));

/** To the page that shows the wave, where there is one. */
function showWay({ job }: RoomSnapshot): void {
  show('see-place', job !== undefined);
  const isOver = job?.state === 'done' || job?.state === 'failed' || job?.state === 'stopped';
  say('see', isOver ? 'See the last wave' : 'See the wave as it runs');
}

function showCredit(credit: number | undefined): void {
  show('credit-figure', credit !== undefined);
  say('credit', credit === undefined ? UNKNOWN : roughly(credit));
}

function showProgress(step: number | undefined, steps: number | undefined): void {
  const known = step !== undefined && steps !== undefined;
  show('work-progress', known);
  if (!known) return;
  const bar = element('bar', HTMLProgressElement);
  bar.max = steps;
  bar.value = step;
  say('steps', `Step ${count(step)} of ${count(steps)}`);
  say('percent', percent(step, steps));
}
