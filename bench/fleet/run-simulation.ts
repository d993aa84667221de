import { Course } from '../../coordinator/run/course.js';
import { cellCount } from '../../core/grid/box.js';
import { updateBoxes } from '../../core/grid/deep.js';
import type { Candidate } from '../../core/plan/candidate.js';
import { haloBytes } from '../../core/plan/cost.js';
import { type Fleet, type PeerPerformance, partOf } from '../../core/plan/fleet.js';
import { neighboursOf } from '../../core/plan/neighbours.js';
import type { Work } from '../../core/plan/work.js';
import type { ToCoordinator, ToPeer } from '../../core/protocol/messages.js';
import type { Plan } from '../../core/protocol/plan.js';
import { EventQueue } from './event-queue.js';
import { Network } from './network.js';
import { type Random, seeded } from './random.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Exchanges simulated; the first half warms up and is not counted. */
  readonly exchanges: number;
  /** Sigma of the logarithm of the seconds that k steps take a peer, from one time to the next. */
  readonly computeNoise: number;
  /** The same of the way of a message. */
  readonly latencyNoise: number;
}

/** What a run was seen to do. */
export interface Simulated {
  readonly secondsPerStep: number;
  /** Part of their time that the peers spent computing, the overlap included. */
  readonly busy: number;
  readonly haloBytesPerStep: number;
  /** Of the coordinator's connections, in and out, a second. */
  readonly coordinatorMessages: number;
  readonly coordinatorBytes: number;
}

const REPORT: ToCoordinator = {
  type: 'epoch',
  plan: 1000,
  step: 100_000,
  computeSeconds: 0.123456789,
  waitSeconds: 0.0123456789,
  otherSeconds: 0.0123456789,
  cellUpdates: 100_000_000,
  haloBytesDirect: 1_000_000,
  haloBytesRelayed: 0,
  probes: [],
  links: [],
};
const GRANT: ToPeer = { type: 'grant', plan: 1000, until: 100_000 };

/** What each peer and the coordinator say to one another for every epoch. */
export const EPOCH_MESSAGES = {
  count: 2,
  bytes: JSON.stringify(REPORT).length + JSON.stringify(GRANT).length,
} as const;

/**
 * Lets peers follow a plan, event by event: each computes, sends halos, waits for those of its neighbours, reports its epochs and
 * waits for grants. It knows the protocol and nothing of `costOf`, which it is there to check: what it predicts comes out of
 * who happens to wait for whom.
 */
export function simulateRun(
  work: Work,
  fleet: Fleet,
  plan: Candidate,
  options: SimulationOptions,
): Simulated {
  const run = new RunSimulation(work, partOf(fleet, plan.members), plan, options);
  return run.run();
}

/** `made` exchanges' steps are behind a peer. */
interface PeerState {
  made: number;
  phase: 'waiting' | 'band' | 'inside';
  /** Halos that are there, by the exchange they are for. */
  readonly halos: Map<number, number>;
  neighbours: readonly { readonly to: number; readonly bytes: number }[];
  granted: number;
  busy: number;
}

/** Seconds that the steps between two exchanges take a peer: for what it sends then, and for the rest. */
interface Block {
  readonly band: number;
  readonly inside: number;
}

/** What has been counted up to a moment. */
interface Count {
  readonly at: number;
  readonly busy: number;
  readonly haloBytes: number;
  readonly messages: number;
  readonly bytes: number;
}

class RunSimulation {
  readonly #queue = new EventQueue();
  readonly #random: Random;
  readonly #network: Network;
  readonly #course: Course;
  readonly #states: readonly PeerState[];
  readonly #blocks: readonly Block[];
  readonly #half: number;
  #finished = 0;
  #halfway: Count | undefined;
  #pastHalf = 0;
  #messages = 0;
  #messageBytes = 0;

  constructor(
    work: Work,
    readonly fleet: Fleet,
    readonly plan: Candidate,
    readonly options: SimulationOptions,
  ) {
    const { shards, pace } = plan;
    const k = pace.exchangeEvery;
    this.#random = seeded(options.seed);
    this.#network = new Network(this.#queue, fleet, this.#random, options.latencyNoise);
    this.#half = Math.floor(options.exchanges / 2);
    this.#course = new Course(protocolPlan(plan), plan.cost.epochsAhead);
    this.#states = shards.map(() => ({
      made: 0,
      phase: 'waiting' as const,
      halos: new Map(),
      neighbours: [],
      granted: 0,
      busy: 0,
    }));
    for (const { a, b } of neighboursOf(work.grid, shards, k * work.radius)) {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        const state = this.#states[from] as PeerState;
        const bytes = haloBytes(
          work,
          shards[from] as (typeof shards)[0],
          shards[to] as (typeof shards)[0],
          k,
        );
        state.neighbours = [...state.neighbours, { to, bytes }];
      }
    }
    this.#blocks = shards.map((shard, i) => {
      const peer = fleet.peers[i] as PeerPerformance;
      const boxes = updateBoxes(shard, work.updatable, k, work.radius, work.grid.dimensions);
      const updates = boxes.reduce((sum, box) => sum + cellCount(box), 0) * work.updatesOfCell;
      const inside = pace.overlap === 'band' ? insideUpdates(work, shard, k) : 0;
      return {
        band: (updates - inside) / peer.rate + k * peer.stepSeconds + peer.exchangeSeconds,
        inside: inside / peer.rate,
      };
    });
  }

  run(): Simulated {
    const { pace } = this.plan;
    const steps = this.options.exchanges * pace.exchangeEvery;
    this.#course.extend(steps);
    for (const [i, state] of this.#states.entries()) {
      state.granted = this.#course.until;
      this.#send(i, 0);
    }
    for (const i of this.#states.keys()) this.#begin(i);
    this.#queue.run(() => this.#finished === this.#states.length);
    const before = this.#halfway as Count;
    const after = this.#count();
    const seconds = after.at - before.at;
    const counted = (this.options.exchanges - this.#half) * pace.exchangeEvery;
    return {
      secondsPerStep: seconds / counted,
      busy: (after.busy - before.busy) / (seconds * this.#states.length),
      haloBytesPerStep: (after.haloBytes - before.haloBytes) / counted,
      coordinatorMessages: (after.messages - before.messages) / seconds,
      coordinatorBytes: (after.bytes - before.bytes) / seconds,
    };
  }

  #count(): Count {
    return {
      at: this.#queue.now,
      busy: this.#states.reduce((sum, { busy }) => sum + busy, 0),
      haloBytes: this.#network.bytes,
      messages: this.#messages,
      bytes: this.#messageBytes,
    };
  }

  /** Sends halos for the exchange after `made` others. */
  #send(from: number, made: number): void {
    for (const { to, bytes } of (this.#states[from] as PeerState).neighbours) {
      this.#network.send(from, to, bytes, () => {
        const { halos } = this.#states[to] as PeerState;
        halos.set(made, (halos.get(made) ?? 0) + 1);
        this.#begin(to);
      });
    }
  }

  /** Goes on with the next steps, if they are granted and the halos are there. */
  #begin(i: number): void {
    const state = this.#states[i] as PeerState;
    if (state.phase !== 'waiting' || state.made === this.options.exchanges) return;
    if (state.made * this.plan.pace.exchangeEvery >= state.granted) return;
    if ((state.halos.get(state.made) ?? 0) < state.neighbours.length) return;
    state.halos.delete(state.made);
    const { band, inside } = this.#blocks[i] as Block;
    const noise = this.#random.lognormal(1, this.options.computeNoise);
    state.phase = 'band';
    state.busy += (band + inside) * noise;
    this.#queue.plan(this.#queue.now + band * noise, () => {
      state.phase = 'inside';
      if (state.made + 1 < this.options.exchanges) this.#send(i, state.made + 1);
      this.#queue.plan(this.#queue.now + inside * noise, () => this.#made(i));
    });
  }

  #made(i: number): void {
    const state = this.#states[i] as PeerState;
    const { exchangeEvery, epoch } = this.plan.pace;
    state.made += 1;
    state.phase = 'waiting';
    if (state.made === this.#half) this.#passHalf();
    if (state.made === this.options.exchanges) this.#finished += 1;
    if ((state.made * exchangeEvery) % epoch === 0) this.#report(i, state.made * exchangeEvery);
    this.#begin(i);
  }

  /** The run is half way when its slowest peer is. */
  #passHalf(): void {
    this.#pastHalf += 1;
    if (this.#pastHalf === this.#states.length) this.#halfway = this.#count();
  }

  #report(i: number, step: number): void {
    this.#spoken(REPORT);
    const way = (this.fleet.peers[i] as PeerPerformance).coordinatorRoundTrip / 2;
    this.#queue.plan(this.#queue.now + way, () => {
      this.#course.report(`${i}`, step);
      if (!this.#course.extend(this.options.exchanges * this.plan.pace.exchangeEvery)) return;
      const { until } = this.#course;
      for (const [other, state] of this.#states.entries()) {
        this.#spoken(GRANT);
        const back = (this.fleet.peers[other] as PeerPerformance).coordinatorRoundTrip / 2;
        this.#queue.plan(this.#queue.now + back, () => {
          state.granted = Math.max(state.granted, until);
          this.#begin(other);
        });
      }
    });
  }

  #spoken(message: ToCoordinator | ToPeer): void {
    this.#messages += 1;
    this.#messageBytes += JSON.stringify(message).length;
  }
}

/** What can be updated while what was updated first travels: counted cell by cell along each axis, step by step. */
function insideUpdates(work: Work, shard: Candidate['shards'][0], k: number): number {
  const { grid, radius, updatable } = work;
  let updates = 0;
  for (let step = 1; step <= k; step++) {
    const away = (2 * k - step) * radius;
    const along = ([0, 1, 2] as const).map((axis) => {
      const still = grid.dimensions === 2 && axis === 0;
      let cells = 0;
      for (let cell = shard.lo[axis]; cell < shard.hi[axis]; cell++) {
        if (cell < updatable.lo[axis] || cell >= updatable.hi[axis]) continue;
        const low = shard.lo[axis] === 0 && !grid.periodic[axis];
        const high = shard.hi[axis] === grid.shape[axis] && !grid.periodic[axis];
        const clear = (low || cell >= shard.lo[axis] + away) && (high || cell < shard.hi[axis] - away);
        if (still || clear) cells += 1;
      }
      return cells;
    });
    updates += along.reduce((product, cells) => product * cells);
  }
  return updates * work.updatesOfCell;
}

function protocolPlan({ shards, pace }: Candidate): Plan {
  return {
    id: 1,
    job: 'simulated',
    from: 0,
    source: { kind: 'initial' },
    exchangeEvery: pace.exchangeEvery,
    epoch: pace.epoch,
    shards: shards.map((box, i) => ({ peer: `${i}`, box })),
  };
}
