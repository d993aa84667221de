import type { JobStatus, RoomStatus } from '../../core/protocol/api.js';
import type { Progress } from '../../core/protocol/document.js';
import { element, say, sayIfAny, show } from '../contribute/elements.js';
import { bytes, count, duration, percent, roughly } from '../contribute/numbers.js';

const UNKNOWN = '–';

export interface JobNews {
  readonly job: JobStatus;
  /** The title that its file gives it, where that is known. */
  readonly title: string | undefined;
  readonly peers: RoomStatus['peers'];
  /** Whether this page may stop and resume. */
  readonly mayRun: boolean;
}

/** How far the job is that is looked at, how it goes, and what can be done with it. */
export function showJob({ job, title, peers, mayRun }: JobNews): void {
  const { state, progress } = job;
  element('job-card', HTMLElement).dataset.state = state;
  say('job-title', title ?? job.name);
  say('job-id', job.id);
  say('job-state', stateInWords(job));
  show('stop-job', mayRun && (state === 'running' || state === 'waiting'));
  show('resume-job', mayRun && (state === 'stopped' || state === 'failed'));
  show('job-progress', progress !== undefined);
  if (progress) {
    const bar = element('bar', HTMLProgressElement);
    bar.max = progress.steps;
    bar.value = progress.step;
    say('steps', `${stepsInWords(job)} ${count(progress.step)} of ${count(progress.steps)}`);
    say('percent', percent(progress.step, progress.steps));
  }
  showFigures(figuresOf(job));
  sayIfAny('one-more', oneMoreOf(job, peers));
  show('nobody-here', state === 'waiting' && peers.length === 0);
}

const WORDS: Readonly<Record<JobStatus['state'], string>> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  stopped: 'Stopped',
};

/** `Stopped on request`, not `Stopped: stopped on request`. */
function stateInWords({ state, reason }: JobStatus): string {
  if (reason === undefined) return WORDS[state];
  const saysItself = reason.startsWith(state.slice(0, 4));
  return saysItself ? `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.` : `${WORDS[state]}: ${reason}`;
}

/** Of a job that does not run what is safe counts, not how far it had come. */
function stepsInWords({ state, progress }: JobStatus): string {
  if (progress?.members) return 'Steps of all members:';
  return state === 'stopped' || state === 'failed' ? 'Goes on from step' : 'Step';
}

type Figure = readonly [name: string, value: string, unit: string];

function figuresOf({ state, progress }: JobStatus): readonly Figure[] {
  if (!progress) return [];
  const { rate, secondsLeft, peers, checkpoint, haloBytesDirect, haloBytesRelayed, stepSeconds, members } =
    progress;
  const halos = haloBytesDirect + haloBytesRelayed;
  const relayed: Figure = ['Halos relayed', percent(haloBytesRelayed, halos), 'of all bytes'];
  const safe: Figure = ['Safe in the store', count(checkpoint), 'steps'];
  const scaling = efficiencyOf(progress.scaling);
  if (state !== 'running') return [...scaling, ...(halos > 0 ? [relayed] : [])];
  return [
    ['Speed', roughly(rate), 'cell updates a second'],
    ['Time left', secondsLeft === null ? UNKNOWN : duration(secondsLeft), ''],
    ['Devices computing', count(peers), ''],
    ...(members ? [] : [safe]),
    ...(members ? membersOf(members) : stepsOf(stepSeconds)),
    ...scaling,
    ...(halos > 0 ? [relayed] : []),
  ];
}

function membersOf({
  count: all,
  done,
  failed,
  running,
}: NonNullable<Progress['members']>): readonly Figure[] {
  return [
    ['Members done', count(done), `of ${count(all)}`],
    ['With devices', count(running), 'members'],
    ['Left', count(all - done - failed - running), 'members'],
    ...(failed > 0 ? [['Failed', count(failed), 'members'] as const] : []),
  ];
}

const stepsOf = (stepSeconds: Progress['stepSeconds']): readonly Figure[] => [
  ['A step, measured', stepTime(stepSeconds?.measured ?? undefined), 'milliseconds'],
  ['A step, promised', stepTime(stepSeconds?.predicted), 'milliseconds, as the plan began'],
];

/** How the time that a step takes compares with the least that these devices would need for it, and where the rest goes. */
function efficiencyOf(scaling: Progress['scaling']): readonly Figure[] {
  if (!scaling) return [];
  const { computeSeconds, communicationSeconds, otherSeconds, memoryBytes } = scaling;
  const { strongEfficiency, predictedEfficiency, weakEfficiency, gpuUtilisation } = scaling;
  const time = computeSeconds + communicationSeconds + otherSeconds;
  const ofTime = (seconds: number) => part(time > 0 ? seconds / time : null);
  return [
    ['Efficiency, measured', part(strongEfficiency), 'of what these devices could do if none waited'],
    ['Efficiency, predicted', part(predictedEfficiency), 'of the same'],
    ['Each shard alone', part(weakEfficiency), 'of what its device could do (weak scaling)'],
    ['Computing', ofTime(computeSeconds), 'of the devices’ time so far'],
    ['Waiting for halos', ofTime(communicationSeconds), 'of their time'],
    ['The rest', ofTime(otherSeconds), 'of it: reading, storing, starting'],
    ...(gpuUtilisation === null ? [] : [['GPUs at work', part(gpuUtilisation), 'of their time'] as const]),
    ['Memory', bytes(memoryBytes), 'on all devices'],
  ];
}

const part = (value: number | null) => (value === null ? UNKNOWN : `${Math.round(100 * value)}%`);

const stepTime = (seconds: number | undefined) =>
  seconds === undefined ? UNKNOWN : String(Number((1000 * seconds).toPrecision(3)));

function showFigures(figures: readonly Figure[]): void {
  const list = element('job-figures', HTMLElement);
  while (list.childElementCount > figures.length) list.lastElementChild?.remove();
  for (const [index, texts] of figures.entries()) {
    const group = list.children[index] ?? list.appendChild(emptyFigure());
    const places = [...group.querySelectorAll('dt, .figure, .unit')];
    for (const [place, text] of texts.entries()) {
      const at = places[place];
      if (at && at.textContent !== text) at.textContent = text;
    }
  }
}

function emptyFigure(): HTMLElement {
  const group = document.createElement('div');
  const value = document.createElement('dd');
  for (const name of ['figure', 'unit']) {
    const span = document.createElement('span');
    span.className = name;
    value.append(span);
  }
  group.append(document.createElement('dt'), value);
  return group;
}

function oneMoreOf({ state, progress }: JobStatus, peers: RoomStatus['peers']): string {
  const oneMore = state === 'running' ? progress?.oneMore : undefined;
  const like = peers.find(({ id }) => id === oneMore?.like);
  if (!oneMore || !like) return '';
  const saved = Math.round(100 * oneMore.saves);
  return `One more peer like ${like.name}, on a device of its own, would save ${saved < 1 ? 'nothing' : `${saved}% of the time`}.`;
}
