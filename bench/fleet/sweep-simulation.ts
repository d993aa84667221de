import { type Member, MemberSchedule, slotsFor } from '../../core/plan/member-schedule.js';
import { EventQueue } from './event-queue.js';
import type { Random } from './random.js';

export interface SweepPeer {
  readonly rate: number;
  /** Seconds to the coordinator and back. */
  readonly roundTrip: number;
  /** When it vanishes, in seconds; never where it is left out. */
  readonly leaves?: number | undefined;
}

/**
 * Seconds that a sweep takes: peers ask for members, compute them one after the other, and report them; each message takes half a round trip.
 * `noise` is the sigma of the logarithm of what the same work takes from one time to the next.
 */
export function simulateSweep(
  members: readonly Member[],
  peers: readonly SweepPeer[],
  random: Random,
  noise: number,
): number {
  const queue = new EventQueue();
  const schedule = new MemberSchedule(members);
  const done = new Set<string>();
  const lines = peers.map(() => ({
    waiting: [] as Member[],
    computing: undefined as Member | undefined,
    here: true,
  }));
  let ended = 0;

  const ask = (peer: number): void => {
    const { roundTrip } = peers[peer] as SweepPeer;
    for (let next = schedule.next(`${peer}`, queue.now); next; next = schedule.next(`${peer}`, queue.now)) {
      const member = next;
      queue.plan(queue.now + roundTrip / 2, () => {
        lines[peer]?.waiting.push(member);
        compute(peer);
      });
    }
  };
  const compute = (peer: number): void => {
    const line = lines[peer] as (typeof lines)[0];
    if (line.computing || !line.here) return;
    // What another has finished meanwhile is left out: the coordinator has said so.
    line.waiting = line.waiting.filter(({ id }) => !done.has(id));
    const member = line.waiting.shift();
    if (!member) return;
    const { rate, roundTrip } = peers[peer] as SweepPeer;
    line.computing = member;
    queue.plan(queue.now + (member.updates / rate) * random.lognormal(1, noise), () => {
      line.computing = undefined;
      if (line.here) queue.plan(queue.now + roundTrip / 2, () => finish(member));
      compute(peer);
    });
  };
  const finish = (member: Member): void => {
    if (done.has(member.id)) return;
    done.add(member.id);
    schedule.done(member.id, queue.now);
    ended = queue.now;
    for (const peer of peers.keys()) ask(peer);
  };

  for (const [peer, { rate, roundTrip, leaves }] of peers.entries()) {
    schedule.join({ id: `${peer}`, rate, slots: slotsFor(rate, members[0] as Member, roundTrip) }, 0);
    if (leaves === undefined) continue;
    queue.plan(leaves, () => {
      (lines[peer] as (typeof lines)[0]).here = false;
      schedule.lost(`${peer}`);
      for (const other of peers.keys()) ask(other);
    });
  }
  for (const peer of peers.keys()) ask(peer);
  queue.run(() => done.size === members.length);
  return ended;
}
