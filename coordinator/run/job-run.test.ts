import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bricksOf } from '../../core/grid/bricks.js';
import { checkJob } from '../../core/job/check.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { Plan } from '../../core/protocol/plan.js';
import { readJobEnd } from '../job-end.js';
import { resultWriter } from '../results/result-writer.js';
import { sweepWriter } from '../results/sweep-writer.js';
import { Authority } from '../room/authority.js';
import type { Conductor, Member, RunMessage } from '../room/conductor.js';
import { folderStore } from '../store/folder.js';
import { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { conductor } from './conductor.js';

/** A peer that says what a test lets it say, and keeps what it hears. */
class Guest implements Member {
  readonly kind = 'node';
  readonly ability = { engine: 'wasm', device: 'test', rate: 1e8, memory: 1e9 } as const;
  readonly owner = 'a test';
  readonly nonce = 'n';
  readonly roundTrip = () => undefined;
  readonly isAway = () => false;
  readonly heard: ToPeer[] = [];
  dismissed: string | undefined;

  constructor(
    readonly id: string,
    private readonly run: Conductor,
  ) {
    run.joined(this);
  }

  get name() {
    return this.id;
  }

  send(message: ToPeer): void {
    this.heard.push(message);
  }

  allow(): void {}

  dismiss(code: string): void {
    this.dismissed = code;
  }

  say(message: RunMessage): void {
    this.run.heard(this, message);
  }

  go(): void {
    this.run.lost(this);
  }

  reports(plan: Plan, step: number): void {
    const none = {
      computeSeconds: 0,
      waitSeconds: 0,
      otherSeconds: 0,
      cellUpdates: 0,
      haloBytesDirect: 0,
      haloBytesRelayed: 0,
    };
    this.say({ type: 'epoch', plan: plan.id, step, ...none, probes: [], links: [] });
  }

  /** Has stored every brick of its shard in the checkpoint that it was last told to make under a plan. */
  stores(plan: Plan): void {
    const { checkpoint } = this.granted(plan) as Extract<ToPeer, { type: 'grant' }>;
    const shard = plan.shards.find(({ peer }) => peer === this.id)?.box;
    if (!checkpoint || !shard) throw new RangeError(`${this.id} has nothing to store`);
    const bricks = 'n'.repeat(bricksOf(checkJob(file).grid, shard).length);
    this.say({ type: 'checkpointed', plan: plan.id, name: checkpoint.name, first: 0, bricks });
  }

  /** The newest grant under a plan. */
  granted(plan: Plan) {
    return this.heard.findLast((message) => message.type === 'grant' && message.plan === plan.id) as
      | Extract<ToPeer, { type: 'grant' }>
      | undefined;
  }

  get released(): boolean {
    return this.heard.some(({ type }) => type === 'released');
  }
}

/** Epochs of 8 steps; every brick a snapshot's chunk. */
const file = {
  name: 'run',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
  outputs: { end: { fields: ['psi'], every: 'end' } },
  run: { peers: 1, use: 'all', exchangeEvery: 8, epoch: 8, checkpointSeconds: 1000 },
};

let folder: string;
let store: Store;
let room: Conductor;
let start: () => Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-run-'));
  // Long enough for a checkpoint that is due at once to be due at the first grant.
  start = () => new Promise((resolve) => setTimeout(resolve, 10));
  store = await folderStore(folder, new UploadSigner(new Uint8Array(32)));
  room = openRoom();
});

function openRoom(): Conductor {
  return conductor({
    document: new Authority(),
    store,
    resultWriter: (patient, id, job) => ({ ...resultWriter(patient, id, job, 'test'), start: () => start() }),
    sweepWriter: (patient, id, sweep) => sweepWriter(patient, id, sweep, 'test'),
    term: 1,
    log: () => {},
  });
}

afterEach(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

function submit(overrides: object = {}) {
  room.submit('run-1', checkJob({ ...file, ...overrides }));
}

const status = () => room.jobs()[0] as NonNullable<ReturnType<Conductor['jobs']>[number]>;

/** The first plan after `before` in which every one of `guests`, and nobody else, has a shard. */
function planOf(...guests: Guest[]): Promise<Plan> {
  const wanted = guests.map(({ id }) => id).sort();
  return vi.waitFor(() => {
    const { plan } = status();
    expect(plan?.shards.map(({ peer }) => peer).sort()).toEqual(wanted);
    return plan as Plan;
  }, 3000);
}

test('a peer that comes while the only one leaves takes over, and goes on', async () => {
  const anna = new Guest('anna', room);
  submit();
  const first = await planOf(anna);
  anna.say({ type: 'ready', plan: first.id });
  anna.say({ type: 'leave' });
  // Paused: one more epoch, and a checkpoint at its end.
  const { until, checkpoint } = await vi.waitFor(() => {
    const grant = anna.granted(first);
    expect(grant?.checkpoint).toBeDefined();
    return grant as NonNullable<typeof grant>;
  });
  expect(checkpoint?.step).toBe(until);
  const bert = new Guest('bert', room);
  const second = await planOf(bert);
  anna.reports(first, until);
  anna.stores(first);
  bert.say({ type: 'ready', plan: second.id });
  await vi.waitFor(() => expect(anna.released).toBe(true));
  anna.go();
  expect(bert.granted(second)?.until).toBeGreaterThan(until);
});

test('a peer that leaves while a checkpoint is under way is let go with the next, and no step is lost', async () => {
  const anna = new Guest('anna', room);
  submit({ run: { ...file.run, checkpointSeconds: 0.001 } });
  const first = await planOf(anna);
  const under = anna.granted(first)?.checkpoint?.step as number;
  anna.say({ type: 'ready', plan: first.id });
  anna.reports(first, under);
  anna.say({ type: 'leave' });
  await new Promise((resolve) => setTimeout(resolve, 400));
  anna.stores(first);
  const last = await vi.waitFor(() => {
    const grant = anna.granted(first);
    expect(grant?.checkpoint?.step).toBe(grant?.until);
    return grant?.until as number;
  }, 3000);
  expect(anna.released).toBe(false);
  anna.reports(first, last);
  anna.stores(first);
  await vi.waitFor(() => expect(anna.released).toBe(true));
  expect(status().progress?.checkpoint).toBe(last);
});

test('a peer that leaves is not made to wait for yet another checkpoint, however often they are due', async () => {
  const anna = new Guest('anna', room);
  submit({ run: { ...file.run, checkpointSeconds: 0.001 } });
  const first = await planOf(anna);
  const under = anna.granted(first)?.checkpoint?.step as number;
  anna.say({ type: 'ready', plan: first.id });
  anna.reports(first, under);
  anna.stores(first);
  await vi.waitFor(() => expect(status().progress?.checkpoint).toBe(under), { interval: 5 });
  anna.say({ type: 'leave' });
  const before = anna.granted(first)?.until as number;
  anna.reports(first, before);
  expect(anna.granted(first)?.until).toBeGreaterThan(before);
  expect(anna.granted(first)?.checkpoint).toBeUndefined();
});

const oneByte = { bytes: 1, md5: `${'A'.repeat(22)}==`, sha256: `${'A'.repeat(43)}=` };

test('only those who have a shard are heard on a plan', async () => {
  const anna = new Guest('anna', room);
  submit();
  const plan = await planOf(anna);
  const mallory = new Guest('mallory', room);
  for (let i = 0; i < 20; i++) mallory.say({ type: 'failed', plan: plan.id, reason: 'because' });
  mallory.say({
    type: 'upload',
    request: 0,
    plan: plan.id,
    objects: [{ key: 'jobs/run-1/state/8/0/0/0', ...oneByte }],
  });
  expect(status()).toMatchObject({ state: 'running', plan: { id: plan.id } });
  expect(mallory.heard).toEqual([]);
});

test('a peer that asks for what is not its own to store is dismissed, and the run goes on', async () => {
  const anna = new Guest('anna', room);
  submit();
  const plan = await planOf(anna);
  anna.say({
    type: 'upload',
    request: 0,
    plan: plan.id,
    objects: [{ key: 'jobs/run-1/state/8', ...oneByte }],
  });
  await vi.waitFor(() => expect(anna.dismissed).toBe('upload'));
  expect(status().state).toBe('running');
});

test('a run that goes back while a checkpoint is being sealed goes back to that one, and owes nothing twice', async () => {
  const [anna, bert] = [new Guest('anna', room), new Guest('bert', room)];
  submit({
    outputs: { often: { fields: ['psi'], every: 8 } },
    run: { ...file.run, peers: 2, checkpointSeconds: 0.001 },
  });
  const first = await planOf(anna, bert);
  for (const guest of [anna, bert]) guest.say({ type: 'ready', plan: first.id });
  const { checkpoint, until } = anna.granted(first) as Extract<ToPeer, { type: 'grant' }>;
  for (const guest of [anna, bert]) {
    guest.reports(first, until);
    for (let step = 8; step <= until; step += 8) guest.say({ type: 'stored', plan: first.id, step });
    guest.stores(first);
  }
  // The seal is on its way to the disk now.
  anna.say({ type: 'failed', plan: first.id, reason: 'chance' });
  expect(status()).toMatchObject({ state: 'waiting', reason: 'anna: chance' });
  const second = await planOf(anna, bert);
  expect(second).toMatchObject({ from: checkpoint?.step, source: { kind: 'checkpoint' } });
  anna.go();
  const third = await planOf(bert);
  expect(third.from).toBe(checkpoint?.step);
  bert.say({ type: 'ready', plan: third.id });
  for (let step = third.from + 8; step <= 800; step += 8) {
    bert.reports(third, step);
    bert.say({ type: 'stored', plan: third.id, step });
    if (bert.granted(third)?.checkpoint?.step === step) bert.stores(third);
  }
  // Its snapshots were never really stored, so the result can't be finished; but the run is over.
  await vi.waitFor(() => expect(status().state).not.toBe('running'), 20_000);
});

test('a run that goes on from a checkpoint waits for one peer, not for as many as the first step takes', async () => {
  const guests = [new Guest('anna', room), new Guest('bert', room)];
  const overrides = { run: { ...file.run, peers: 2, checkpointSeconds: 0.001 } };
  submit(overrides);
  const first = await planOf(...guests);
  const step = guests[0]?.granted(first)?.checkpoint?.step as number;
  for (const guest of guests) {
    guest.say({ type: 'ready', plan: first.id });
    guest.reports(first, step);
    guest.stores(first);
  }
  await vi.waitFor(() => expect(status().progress?.checkpoint).toBe(step));
  await room.close();
  room = openRoom();
  const carla = new Guest('carla', room);
  submit(overrides);
  expect((await planOf(carla)).from).toBe(step);
});

test('a job that waits for peers after failures says what failed', async () => {
  const anna = new Guest('anna', room);
  submit();
  for (let i = 0; i < 2; i++)
    anna.say({ type: 'failed', plan: (await planOf(anna)).id, reason: 'the device is lost' });
  expect(status()).toMatchObject({ state: 'waiting', reason: expect.stringContaining('the device is lost') });
});

test('however often a peer says that a brick kept it from going on, that is one setback of its plan', async () => {
  const anna = new Guest('anna', room);
  submit();
  const plan = await planOf(anna);
  const object = 'jobs/run-1/state/8-1-1/0/0/0';
  for (let i = 0; i < 20; i++) anna.say({ type: 'failed', plan: plan.id, reason: 'a brick', object });
  await vi.waitFor(() => expect(status().plan?.id).toBe(plan.id + 1), 3000);
  expect(status().state).toBe('running');
});

test('a second key in a session is refused, and the session ended', () => {
  const anna = new Guest('anna', room);
  const key = { type: 'key', key: '0'.repeat(64), proof: '0'.repeat(128), numericalClass: 'one' } as const;
  anna.say(key);
  expect(anna.dismissed).toBeUndefined();
  anna.say(key);
  expect(anna.dismissed).toBe('key');
});

test('a job that is stopped before its turn has ended for good, and the store knows it', async () => {
  submit();
  room.submit('run-2', checkJob(file));
  expect(room.stop('run-2')).toBe(true);
  expect(room.jobs()[1]).toMatchObject({ state: 'stopped', reason: 'stopped on request' });
  await room.close();
  expect(await readJobEnd(store, 'run-2')).toMatchObject({ state: 'stopped' });
  expect(await readJobEnd(store, 'run-1')).toBeUndefined();
});

test('a peer that finds the field infinite ends the job, which says where', async () => {
  const anna = new Guest('anna', room);
  submit();
  const plan = await planOf(anna);
  anna.say({ type: 'diverged', plan: plan.id, step: 12, state: 'psi' });
  expect(status()).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('psi is not finite after step 12, as anna found'),
  });
});

test('a store that fails at length fails the job, and nothing else', async () => {
  start = () => Promise.reject(new Error('x'.repeat(10_000)));
  submit();
  expect(await room.finished('run-1')).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^x+$/),
  });
});
