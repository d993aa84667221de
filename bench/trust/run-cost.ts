import { boxOfShape, cellCount } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { JobFileInput } from '../../core/job/schema.js';
import type { Plan } from '../../core/protocol/plan.js';
import { FLOOR } from '../../core/trust/reputation/standing.js';
import { evidenceBytes } from '../../core/witness/evidence.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span, spanCells } from '../../core/witness/span.js';
import type { Identity } from '../../core/witness/witness.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Fleet, freshIdentity } from '../../test/fleet.js';
import type { Figure } from '../harness.js';
import { Spent, timed } from './timed-engine.js';

const PEERS = 2;

/** What holding peers to what they compute costs: a real run of two peers, each with a cube of so many cells a side, for so many seconds. */
export async function measureCost(edge: number, seconds: number): Promise<Figure[]> {
  const file: JobFileInput = {
    name: 'cost',
    model: 'wave',
    grid: { shape: [edge, edge, PEERS * edge], spacing: 1, brick: Math.min(edge, 64) },
    time: { steps: 1_000_000_000, courant: 0.5 },
    parameters: { speed: 1 },
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: edge / 8 } },
    run: { peers: PEERS, use: 'all', checkpointSeconds: 3600 },
  };
  const [peers, checker] = [new Spent(), new Spent()];
  const witness = new Bookkeeper();
  const job = checkJob(file);
  const stateCells = cellCount(boxOfShape([edge, edge, edge])) * 2;
  const openEngine = async () => timed(await createWasmEngine(), checker, stateCells);
  const fleet = await Fleet.start({ trust: { openEngine } });
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
    const { plan, step, haloBytes } = await followed(fleet, id, seconds);
    const checks = fleet.events.filter(({ event }) => event === 'checked').length;
    const spans = witness.signatures / PEERS;
    const span: Span = { plan, shard: 0, from: 0, to: Math.round(step / spans) };
    const own = (witness.seconds + peers.readingStates) / peers.computing;
    // A check hashes the states at both ends and the halos once more, at the pace at which peers hash theirs.
    const hashed =
      4 * (2 * spanCells(job, boxOfSpan(span), exchangeOf(job, span)).state + haloCells(job, span));
    const check = checker.all / checks + (hashed * witness.seconds) / witness.bytes;
    const checked = (FLOOR * check) / (peers.computing / witness.signatures);
    const shown = (outcome: boolean) => evidenceBytes(job, span, { start: true, outcome });
    const sent = haloBytes / (PEERS * spans);
    const where = `a real run of ${PEERS} peers, ${edge}³ cells each with ${((4 * spanCells(job, boxOfSpan(span), exchangeOf(job, span)).state) / 1e6).toFixed(0)} MB of state, one thread for all; spans of ${span.to} steps`;
    return [
      {
        name: 'audit_cost',
        value: own + checked,
        unit: '1',
        note: `${where}; of its compute, 1 span in ${1 / FLOOR} checked`,
      },
      {
        name: 'audit_cost_signing',
        value: own,
        unit: '1',
        note: `of it: copies of states, SHA-256, Ed25519`,
      },
      { name: 'audit_cost_checks', value: checked, unit: '1', note: `of it: ${checks} checks measured` },
      {
        name: 'audit_bytes',
        value: (FLOOR * shown(false)) / sent,
        unit: '1',
        note: 'what peers show, over what halos took',
      },
      {
        name: 'audit_bytes_other_class',
        value: (FLOOR * shown(true)) / sent,
        unit: '1',
        note: 'the same where the checker is of another numerical class',
      },
    ];
  } finally {
    await fleet.close();
  }
}

const haloCells = (job: Parameters<typeof exchangeOf>[0], span: Span) => {
  const { incoming, outgoing } = spanCells(job, boxOfSpan(span), exchangeOf(job, span));
  return exchangeSteps(span).length * (incoming + outgoing);
};

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

async function followed(fleet: Fleet, id: string, seconds: number) {
  const until = performance.now() + 1000 * seconds;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { progress, plan, state, reason } = fleet.status(id);
    if (state !== 'running' && state !== 'waiting') throw new Error(`the run ${state}: ${reason}`);
    if (performance.now() < until || !progress || !plan) continue;
    return { plan: plan as Plan, step: progress.step, haloBytes: progress.haloBytesDirect };
  }
}
