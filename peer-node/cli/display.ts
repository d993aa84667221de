import { SingleBar } from 'cli-progress';
import type { JobOrSweep } from '../../core/job/whole-sweep.js';
import type { RunEvent } from '../../core/protocol/api.js';
import type { Progress } from '../../core/protocol/document.js';
import { eventInWords } from '../../core/protocol/event-words.js';
import { isThisMachine } from './address.js';
import type { JobReport } from './api.js';
import type { RunningCoordinator } from './parts.js';
import { openWith } from './result.js';
import { cellRate, counted, membersDone, timeLeft } from './words.js';

/** A run as the person or the script at the other end sees it. */
export interface Display {
  /** A coordinator was started. A new token is shown this once. */
  serving(coordinator: RunningCoordinator): void;
  /** A job is handed in. */
  started(run: { readonly job: string; readonly page: string }): void;
  note(message: string): void;
  /** Something happened to the run, or to its peers. */
  happened(event: RunEvent): void;
  progress(progress: Progress): void;
  /** Takes the bar away; the terminal is ready for text. */
  close(): void;
  ended(report: JobReport, job: JobOrSweep): void;
}

/** What a run's own terminal tells; the rest is for `groundswell logs`, or said otherwise. */
const WORTH_A_LINE: ReadonlySet<string> = new Set(['joined', 'gone', 'back', 'benched', 'found-out']);

/** Lines in a pipe come this often at most. */
const LINE_EVERY_MS = 3_000;

export function chooseDisplay({ json }: { json?: boolean }): Display {
  if (json) return jsonDisplay();
  return process.stdout.isTTY ? barDisplay() : lineDisplay();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function tellStart({ job, page }: { readonly job: string; readonly page: string }): void {
  print(`Job ${job} is handed in. Open ${page} in a browser to watch, or to compute along.`);
}

function tellServing({ url, invitation, token, tokenIsNew }: RunningCoordinator): void {
  print(`Coordinator and page at ${url}, laboratory at ${url}/lab`);
  print(
    isThisMachine(new URL(invitation))
      ? 'Only this machine reaches it; with --host 0.0.0.0 others can join.'
      : `Invitation for others: ${invitation}`,
  );
  if (tokenIsNew) print(`Token to submit and stop jobs, shown this once: ${token}`);
}

function tellEnd(
  { id, state, reason = 'no reason given', result, progress }: JobReport,
  job: JobOrSweep,
): void {
  if (state === 'done' && progress?.members?.failed) print(`Some of it is missing: ${reason}`);
  if (state === 'done') print(`Job ${id} is done.\nResult: ${result}\nOpen it: ${openWith(result, job)}`);
  else print(`Job ${id} ${state === 'stopped' ? 'was stopped' : 'failed'}: ${reason}`);
}

/** How far a job is, or a sweep. */
const placeIn = ({ step, steps, members }: Progress) =>
  members ? membersDone(members) : `step ${step}/${steps}`;

function barDisplay(): Display {
  const bar = new SingleBar({
    format: '{bar} {percentage}% · {place} · {rate} · {left} · {peers}',
    stream: process.stdout,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    gracefulExit: false,
    fps: 4,
  });
  // What the bar shows, from the first progress on.
  let shown: readonly [total: number, value: number, words: Record<string, string>] | undefined;
  const close = () => {
    bar.stop();
    shown = undefined;
  };
  const note = (message: string) => {
    bar.stop();
    print(message);
    if (shown) bar.start(...shown);
  };
  return {
    serving: tellServing,
    started: tellStart,
    note,
    happened(event) {
      if (WORTH_A_LINE.has(event.event)) note(eventInWords(event));
    },
    progress(progress) {
      const { step, steps, rate, secondsLeft, peers } = progress;
      const words = {
        place: placeIn(progress),
        rate: cellRate(rate),
        left: timeLeft(secondsLeft),
        peers: counted(peers, 'peer'),
      };
      if (shown) bar.update(step, words);
      else bar.start(steps, step, words);
      shown = [steps, step, words];
    },
    close,
    ended(report, job) {
      close();
      tellEnd(report, job);
    },
  };
}

function lineDisplay(): Display {
  let next = 0;
  return {
    serving: tellServing,
    started: tellStart,
    note: print,
    happened(event) {
      if (WORTH_A_LINE.has(event.event)) print(eventInWords(event));
    },
    progress(progress) {
      const { rate, secondsLeft, peers } = progress;
      const now = Date.now();
      if (now < next) return;
      next = now + LINE_EVERY_MS;
      const left = timeLeft(secondsLeft);
      print(`${placeIn(progress)} · ${cellRate(rate)} · ${left} · ${counted(peers, 'peer')}`);
    },
    close() {},
    ended: tellEnd,
  };
}

/** Events: `serving`, `started`, `note`, `happened`, `progress`, `ended`. Fields may be added; none changes its meaning. */
function jsonDisplay(): Display {
  const event = (name: string, fields: object) => print(JSON.stringify({ event: name, ...fields }));
  return {
    serving({ url, invitation, token, tokenIsNew }) {
      event('serving', { url, invitation, ...(tokenIsNew && { token }) });
    },
    started: (run) => event('started', run),
    note: (message) => event('note', { message }),
    happened: ({ event: what, ...rest }) => event('happened', { what, ...rest }),
    progress: (progress) => event('progress', progress),
    close() {},
    ended({ id, state, reason, result }, job) {
      event('ended', { job: id, state, reason, result, openWith: openWith(result, job) });
    },
  };
}
