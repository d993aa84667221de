import type { PageState } from './state.js';

export interface Words {
  readonly title: string;
  readonly detail: string;
}

const BY_ITSELF = 'Keep this tab open: it begins by itself when it is needed.';
const KEEP_OPEN = 'Keep this tab open; it may be in the background.';
const KEEP_IN_SIGHT =
  'Keep this tab in front, and the screen on: phones stop what nobody sees. It comes back by itself.';

/** A state in plain words. They change only when the state does, so that screen readers are not flooded. */
export function wordsFor(state: PageState, isPhone: boolean): Words {
  switch (state.kind) {
    case 'asking':
      return { title: '', detail: '' };
    case 'preparing':
      return { title: 'Getting ready', detail: 'Starting the engine on this device.' };
    case 'calibrating':
      return {
        title: 'Measuring this device',
        detail: 'A short test shows how large a piece it can take. It takes a few seconds.',
      };
    case 'connecting':
      return state.attempt <= 1 && state.reason === undefined
        ? { title: 'Connecting', detail: 'Joining the room.' }
        : {
            title: 'Connection lost, reconnecting',
            detail: sentence(state.reason ?? 'The room could not be reached', `Attempt ${state.attempt}.`),
          };
    case 'waiting':
      return { title: 'Waiting', detail: sentence(state.reason, BY_ITSELF) };
    case 'computing':
      return { title: 'Computing', detail: `Thank you. ${isPhone ? KEEP_IN_SIGHT : KEEP_OPEN}` };
    case 'members':
      return {
        title: 'Computing',
        detail: `Thank you. Each simulation of a sweep runs whole on one device. ${isPhone ? KEEP_IN_SIGHT : KEEP_OPEN}`,
      };
    case 'paused':
      return {
        title: 'Paused',
        detail: sentence(
          state.by === 'visitor' ? 'You paused it' : state.reason,
          'Other devices have its piece meanwhile.',
        ),
      };
    case 'leaving':
      return { title: 'Leaving', detail: 'Handing this piece over to other devices.' };
    case 'left':
      return { title: 'Stopped', detail: sentence(state.reason, 'This device computes nothing now.') };
    case 'unable':
      return { title: 'This device could not start', detail: sentence(state.reason) };
  }
}

/** `reason`, as a sentence, and what follows it. */
export function sentence(reason: string, ...more: readonly string[]): string {
  const text = reason.trim();
  const whole = text && `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
  return [whole, ...more].filter(Boolean).join(' ');
}
