import { gpuObstacle, type Surroundings } from '../engines.js';

/** What a browser offers to who computes in it. */
export interface Offers extends Surroundings {
  /** Threads may share memory. */
  readonly crossOriginIsolated: boolean;
  /** Threads that run at once. */
  readonly processors: number;
  readonly hasWebrtc: boolean;
}

/** What this browser lacks, and what that comes to: a sentence or two each, for people. None where it has all. */
export function shortcomingsOf(offers: Offers): readonly string[] {
  const gpu = gpuObstacle(offers);
  return [
    ...(gpu === undefined ? [] : [`${gpu} The processor will do.`]),
    ...(offers.processors > 1 && !offers.crossOriginIsolated ? [oneThread(offers.isSecureContext)] : []),
    ...(offers.hasWebrtc
      ? []
      : [
          'This browser has no WebRTC, or it is switched off. What this device and its neighbours tell one another goes through the coordinator, which is slower.',
        ]),
  ];
}

function oneThread(isSecureContext: boolean): string {
  const why = isSecureContext
    ? 'This page is not isolated from others, perhaps because a proxy drops its headers'
    : 'Over plain http pages share no memory between threads';
  return `${why}: one thread of the processor computes, and the others stay free.`;
}
