import { placesOf } from '../../core/job/sweep.js';
import type { SweepMembers } from '../../core/protocol/api.js';
import type { PeerId } from '../../core/protocol/plan.js';

export type MemberState = 'open' | 'running' | 'done' | 'failed';

/** One member of a sweep, for people. */
export interface ListedMember {
  readonly number: number;
  /** Its place on each axis. */
  readonly places: readonly number[];
  readonly state: MemberState;
  /** Its value on each axis, in words. */
  readonly values: readonly string[];
  /** The peers that it has been given to. */
  readonly peers: readonly PeerId[];
  /** Why it failed. */
  readonly reason: string | undefined;
}

export const STATE_WORDS: Readonly<Record<MemberState, string>> = {
  open: 'to come',
  running: 'with a device',
  done: 'done',
  failed: 'failed',
};

const STATE_OF: Readonly<Record<string, MemberState>> = {
  '-': 'open',
  r: 'running',
  d: 'done',
  f: 'failed',
};

/** What has become of each member, in the order of their numbers. */
export const statesOf = ({ states }: Pick<SweepMembers, 'states'>): readonly MemberState[] =>
  [...states].map((letter) => STATE_OF[letter] ?? 'open');

/** The member of that number. */
export function memberAt(members: SweepMembers, number: number): ListedMember {
  const { axes, running, failed } = members;
  const places = placesOf(members, number);
  return {
    number,
    places,
    state: STATE_OF[members.states[number] ?? '-'] ?? 'open',
    values: axes.map(({ values }, axis) => inWords(values[places[axis] ?? 0])),
    peers: running.find(({ member }) => member === number)?.peers ?? [],
    reason: failed.find(({ member }) => member === number)?.reason,
  };
}

/** A value as its file has it; numbers as short as they are still told apart. */
export function inWords(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
