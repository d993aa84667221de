import { beforeEach, describe, expect, it } from 'vitest';
import type { Ending } from '../../core/protocol/session.js';
import { throttledEngine } from '../../shaders/throttle/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Circumstances } from './circumstances.js';
import { Contribution } from './contribution.js';
import type { PageState } from './state.js';
import type { StintTools } from './stint.js';
import { type Terms, USUAL_TERMS } from './terms.js';

const noon: Circumstances = { power: 'mains', network: 'fixed', hour: 12 };

let told: PageState[];
let shares: number[];
/** Of the stay in the room that goes on. */
let end: ((ending: Ending) => void) | undefined;
let leaves: number;

beforeEach(() => {
  told = [];
  shares = [];
  end = undefined;
  leaves = 0;
});

const tools: StintTools = {
  surroundings: { gpu: undefined, isSecureContext: true },
  startEngine: async () => {
    const engine = throttledEngine(await createWasmEngine());
    const limitTo = engine.limitTo.bind(engine);
    engine.limitTo = (share) => {
      shares.push(share);
      return limitTo(share);
    };
    return engine;
  },
  calibrate: async ({ kind, device, memory }) => ({ engine: kind, device, memory, rate: 1 }),
  contribute: (_engine, _ability, onChange) => {
    const finished = new Promise<Ending>((resolve) => {
      end = resolve;
    });
    onChange({ kind: 'waiting', reason: 'there is no work at the moment' });
    return {
      finished,
      async leave() {
        leaves += 1;
        end?.({ kind: 'closed', reason: 'left on request' });
        await finished;
      },
    };
  },
};

function begin(terms: Partial<Terms> = {}, circumstances: Partial<Circumstances> = {}) {
  const contribution = new Contribution(
    tools,
    { onState: (state) => told.push(state), onDevice: () => {} },
    { ...USUAL_TERMS, ...terms },
    { ...noon, ...circumstances },
  );
  return { contribution, over: contribution.run() };
}

const last = (kind: PageState['kind']) =>
  expect.poll(() => told.at(-1)?.kind, { timeout: 60_000, interval: 1 }).toBe(kind);

describe('a contribution', () => {
  it('leaves the room for a pause, and comes again', async () => {
    const { contribution, over } = begin();
    await last('waiting');
    contribution.pause();
    await last('paused');
    expect(leaves).toBe(1);
    contribution.goOn();
    await last('waiting');
    contribution.leave();
    expect(await over).toEqual({ kind: 'left', reason: 'You stopped it' });
    expect(told.map(({ kind }) => kind)).toEqual([
      ...['preparing', 'calibrating', 'waiting', 'leaving', 'paused'],
      ...['preparing', 'calibrating', 'waiting', 'leaving'],
    ]);
  });

  it('comes again though its visitor thought better of the pause before it had left', async () => {
    const { contribution, over } = begin();
    await last('waiting');
    contribution.pause();
    contribution.goOn();
    await expect.poll(() => told.filter(({ kind }) => kind === 'waiting').length).toBe(2);
    contribution.leave();
    await over;
  });

  it('waits for its terms to be met, and pauses when they no longer are', async () => {
    const { contribution, over } = begin({ mainsOnly: true }, { power: 'battery' });
    await last('paused');
    expect(told).toEqual([{ kind: 'paused', by: 'terms', reason: expect.stringContaining('plugged in') }]);
    contribution.setCircumstances(noon);
    await last('waiting');
    contribution.setCircumstances({ ...noon, power: 'battery' });
    await last('paused');
    contribution.leave();
    expect((await over).kind).toBe('left');
  });

  it('goes on in a visitor’s pause only when that visitor says so', async () => {
    const { contribution, over } = begin({ hours: { from: 9, to: 17 } }, { hour: 8 });
    await last('paused');
    contribution.pause();
    contribution.setCircumstances(noon);
    await expect.poll(() => told.at(-1)).toEqual({ kind: 'paused', by: 'visitor' });
    contribution.goOn();
    await last('waiting');
    contribution.leave();
    await over;
  });

  it('gives an engine the share of the terms, at once where they change', async () => {
    const { contribution, over } = begin({ share: 40 });
    await last('waiting');
    contribution.setTerms({ ...USUAL_TERMS, share: 25 });
    expect(shares).toEqual([0.4, 0.25]);
    contribution.leave();
    await over;
  });

  it('begins anew with another engine', async () => {
    const { contribution, over } = begin();
    await last('waiting');
    contribution.setTerms({ ...USUAL_TERMS, engine: 'wasm' });
    await expect.poll(() => told.filter(({ kind }) => kind === 'waiting').length).toBe(2);
    expect(leaves).toBe(1);
    contribution.leave();
    await over;
  });

  it('ends when the room does not want it, or the device cannot', async () => {
    const refused = begin();
    await last('waiting');
    end?.({ kind: 'refused', reason: 'the invitation has ended' });
    expect(await refused.over).toEqual({ kind: 'left', reason: 'the invitation has ended' });
    const { over } = begin({ engine: 'webgpu' });
    expect(await over).toMatchObject({ kind: 'unable' });
  });
});
