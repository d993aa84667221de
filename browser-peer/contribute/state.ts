import type { ContributorStatus } from '../../core/peer/contributor.js';
import type { EngineKind } from '../../shaders/engine.js';
import type { Hold } from './hold.js';

/** What this device does, from the visitor's point of view. */
export type PageState =
  /** Nothing has been started: the visitor has not agreed. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'calibrating' }
  | ContributorStatus
  /** Agreed, but not now: another device has its piece. */
  | ({ readonly kind: 'paused' } & Hold)
  /** It could not begin, or broke; the visitor may choose otherwise and try again. */
  | { readonly kind: 'unable'; readonly reason: string };

/** What computes, once it is known. */
export interface DeviceInUse {
  readonly engine: EngineKind;
  readonly device: string;
  /** Why it is not the GPU, where that was hoped for. */
  readonly note: string | undefined;
}

/** `offer`: the visitor is asked. `work`: the device is in use. */
export function sceneOf(state: PageState): 'offer' | 'work' {
  switch (state.kind) {
    case 'asking':
    case 'left':
    case 'unable':
      return 'offer';
    case 'preparing':
    case 'calibrating':
    case 'connecting':
    case 'waiting':
    case 'members':
    case 'computing':
    case 'paused':
    case 'leaving':
      return 'work';
  }
}
