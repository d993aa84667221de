import { spanPause, spanSizes } from '../../coordinator/trust/span-length.js';
import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import type { JobFileInput } from '../../core/job/schema.js';
import type { Plan } from '../../core/protocol/plan.js';
import { FLOOR } from '../../core/trust/reputation/standing.js';
import { evidenceBytes } from '../../core/witness/evidence.js';
import { boxOfSpan, exchangeOf, type Span, spanCells } from '../../core/witness/span.js';
import type { Identity } from '../../core/witness/witness.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Fleet, freshIdentity } from '../../test/fleet.js';
import type { Figure } from '../harness.js';
import { Spent, timed } from './timed-engine.js';

const PEERS = 2;

/**
 * What holding peers to what they compute costs: a real run of two peers, each with a cube of so many cells a side, followed for so many seconds. What it measures is put together for
 * peers that are trusted: how long their spans are, and `FLOOR` of them checked.
 */
export async function measureCost(edge: number, seconds: number): Promise<Figure[]> {
  const file: JobFileInput = {
    name: 'cost',
    model: 'wave',
    grid: { shape: [PEERS * edge, edge, edge], spacing: 1, brick: Math.min(edge, 64) },
    time: { steps: 1_000_000_000, courant: 0.5 },
    parameters: { speed: 1 },
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: edge / 8 } },
    run: { peers: PEERS, use: 'all', checkpointSeconds: 3600 },
  };
  const [peers, checker] = [new Spent(), new Spent()];
  const witness = new Bookkeeper();
  const stateCells = 2 * edge ** 3;
  const fleet = await Fleet.start({
    trust: { openEngine: async () => timed(await createWasmEngine(), checker, stateCells) },
  });
  try {
    for (let peer = 0; peer < PEERS; peer += 1) {
      const engine = timed(await createWasmEngine(), peers, stateCells);
      await fleet.join({
        engine,
        identity: witness.watched(await freshIdentity()),
        transport: 'datachannel',
      });
    }
    const id = await fleet.submit(file);
    const run = await followed(fleet, id, seconds);
    const checks = fleet.events.filter(({ event }) => event === 'checked').length;
    return figuresOf({ job: checkJob(file), ...run, peers, checker, checks, witness });
  } finally {
    await fleet.close();
  }
}

interface Measured {
  readonly job: Job;
  readonly plan: Plan;
  readonly step: number;
  readonly seconds: number;
  readonly haloBytes: number;
  /** Of all peers together. */
  readonly peers: Spent;
  readonly witness: Bookkeeper;
  readonly checker: Spent;
  readonly checks: number;
}

function figuresOf(measured: Measured): Figure[] {
  const { job, plan, step, seconds, haloBytes, peers, checker, checks, witness } = measured;
  const sizes = spanSizes(job, plan);
  const pause = spanPause(sizes, Number.POSITIVE_INFINITY, true) / 1000;
  const exchanges = (step / plan.exchangeEvery / seconds) * pause;
  const span: Span = { plan, shard: 0, from: 0, to: Math.round(exchanges) * plan.exchangeEvery };
  const { state, incoming, outgoing } = spanCells(job, boxOfSpan(span), exchangeOf(job, span));
  const hashing = witness.seconds / witness.bytes;
  const halos = 4 * exchanges * (incoming + outgoing);
  // Each span copies one state and hashes it, and all halos.
  const copy = peers.readingStates / (witness.signatures + PEERS);
  const own = (copy + hashing * (4 * state + halos)) / pause;
  // The span's own work on the engine, and that of a check, which hashes the states at both ends and the halos.
  const spans = witness.signatures / PEERS;
  const work = (peers.all - peers.readingStates) / PEERS / spans;
  const check =
    checker.all / checks +
    hashing * (8 * state + 4 * (step / spans / plan.exchangeEvery) * (incoming + outgoing));
  const checked = (FLOOR * check) / work;
  const shown = (outcome: boolean) => evidenceBytes(job, span, { start: true, outcome });
  const sent = (haloBytes / PEERS / seconds) * pause;
  const megabytes = ((4 * state) / 1e6).toFixed(0);
  const note = `${PEERS} peers of ${megabytes} MB of state and ${(halos / pause / 1e6).toFixed(1)} MB of halos a second; spans of ${pause.toFixed(1)} s, 1 in ${1 / FLOOR} checked`;
  return [
    { name: 'audit_cost', value: own + checked, unit: '1', note },
    {
      name: 'audit_cost_signing',
      value: own,
      unit: '1',
      note: `of it: a state copied in ${(1000 * copy).toFixed(0)} ms and hashed at ${(1e-6 / hashing).toFixed(0)} MB/s`,
    },
    {
      name: 'audit_cost_checks',
      value: checked,
      unit: '1',
      note: `of it: a check takes ${(check / work).toFixed(2)} of what its span took, ${checks} measured`,
    },
    {
      name: 'audit_bytes',
      value: (FLOOR * shown(false)) / sent,
      unit: '1',
      note: `what peers show over what halos take: ${(4 * outgoing * 1e-6).toFixed(2)} MB an exchange, to one neighbour`,
    },
    {
      name: 'audit_bytes_other_class',
      value: (FLOOR * shown(true)) / sent,
      unit: '1',
      note: 'the same where the checker is of another numerical class',
    },
  ];
}

/** What peers hash and sign. */
class Bookkeeper {
  seconds = 0;
  bytes = 0;
  signatures = 0;

  watched({ signer, digest }: Identity): Identity {
    return {
      digest: (bytes) => {
        const began = performance.now();
        const hash = digest(bytes);
        this.seconds += (performance.now() - began) / 1000;
        this.bytes += bytes.length;
        return hash;
      },
      signer: {
        key: signer.key,
        sign: (message) => {
          this.signatures += 1;
          return signer.sign(message);
        },
      },
    };
  }
}

async function followed(fleet: Fleet, id: string, atLeast: number) {
  let began: number | undefined;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { progress, plan, state, reason } = fleet.status(id);
    if (state !== 'running' && state !== 'waiting') throw new Error(`the run ${state}: ${reason}`);
    if (!progress || !plan || progress.step === 0) continue;
    began ??= performance.now();
    const seconds = (performance.now() - began) / 1000;
    const isChecked = fleet.events.some(({ event }) => event === 'checked');
    if (seconds < atLeast || !isChecked) continue;
    return { plan, step: progress.step, seconds, haloBytes: progress.haloBytesDirect };
  }
}
