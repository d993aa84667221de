import { EngineError, GroundswellError } from '../../core/errors.js';
import type { Contributor, ContributorStatus } from '../../core/peer/contributor.js';
import type { Ability } from '../../core/protocol/messages.js';
import type { Engine, EngineKind } from '../../shaders/engine.js';
import type { ThrottledEngine } from '../../shaders/throttle/engine.js';
import { type EngineChoice, pickEngine, type Surroundings } from '../engines.js';
import { type DeviceInUse, type PageState, sceneOf } from './state.js';

/** What a stint is made with. */
export interface StintTools {
  readonly surroundings: Surroundings;
  readonly startEngine: (kind: EngineKind) => Promise<ThrottledEngine>;
  readonly calibrate: (engine: Engine) => Promise<Ability>;
  readonly contribute: (
    engine: Engine,
    ability: Ability,
    onChange: (status: ContributorStatus) => void,
  ) => Contributor;
}

export interface StintListener {
  readonly onState: (state: PageState) => void;
  readonly onDevice: (device: DeviceInUse) => void;
}

/** How a stint ended. */
export type StintEnd = Extract<PageState, { kind: 'left' | 'unable' }>;

/** Computing without a break, from the start of the engine to its end, which it owns. */
export class Stint {
  readonly #tools: StintTools;
  readonly #listener: StintListener;
  #engine: ThrottledEngine | undefined;
  #contributor: Contributor | undefined;
  #share: number;
  #last: PageState['kind'] = 'preparing';
  /** `holding`: it computed when it was stopped, so that there was something to hand over. */
  #stopped: false | 'holding' | 'free' = false;

  /** `share` of the device, over 0 and up to 1. */
  constructor(tools: StintTools, listener: StintListener, share: number) {
    this.#tools = tools;
    this.#listener = listener;
    this.#share = share;
  }

  /** Resolves when it is over, for whatever reason. */
  async run(choice: EngineChoice): Promise<StintEnd> {
    try {
      this.#tell({ kind: 'preparing' });
      const engine = await this.#start(choice);
      return this.#stopped ? stopped(this.#stopped) : await this.#work(engine);
    } catch (error) {
      return this.#stopped ? stopped(this.#stopped) : { kind: 'unable', reason: reasonOf(error) };
    } finally {
      await this.#engine?.close().catch(() => {});
    }
  }

  /** Leaves: what this device holds is handed over first. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = this.#last === 'computing' || this.#last === 'members' ? 'holding' : 'free';
    this.#listener.onState({ kind: 'leaving' });
    // A contributor that can't leave properly still ends, and `run` hears of it.
    if (this.#contributor) void this.#contributor.leave().catch(() => {});
    // There is nothing to hand over yet, and whoever waits for the engine is let go.
    else void this.#engine?.close().catch(() => {});
  }

  /** So much of the device from now on. */
  limitTo(share: number): void {
    this.#share = share;
    // An engine that is gone tells `run`.
    void this.#engine?.limitTo(share).catch(() => {});
  }

  /** Throws EngineError where there is no engine of that kind here. */
  async #start(choice: EngineChoice): Promise<ThrottledEngine> {
    const pick = await pickEngine(choice, this.#tools.surroundings);
    if (pick.kind === 'none') throw new EngineError(pick.reason);
    try {
      return await this.#startOf(pick.kind, pick.note);
    } catch (error) {
      if (choice !== 'auto' || pick.kind === 'wasm' || this.#stopped) throw error;
      return this.#startOf('wasm', `The GPU failed (${reasonOf(error)}). So the processor computes.`);
    }
  }

  async #startOf(kind: EngineKind, note: string | undefined): Promise<ThrottledEngine> {
    const engine = await this.#tools.startEngine(kind);
    this.#engine = engine;
    await engine.limitTo(this.#share);
    this.#listener.onDevice({ engine: engine.kind, device: engine.device, note });
    return engine;
  }

  async #work(engine: Engine): Promise<StintEnd> {
    this.#tell({ kind: 'calibrating' });
    const ability = await this.#tools.calibrate(engine);
    if (this.#stopped) return stopped(this.#stopped);
    this.#contributor = this.#tools.contribute(engine, ability, (status) => this.#tell(status));
    const { reason } = await this.#contributor.finished;
    return this.#stopped ? stopped(this.#stopped) : { kind: 'left', reason };
  }

  /** Once stopped, a device that still computes what it hands over is leaving, for its visitor. How it ends is for `run` to say. */
  #tell(state: PageState): void {
    if (this.#stopped || sceneOf(state) === 'offer') return;
    this.#last = state.kind;
    this.#listener.onState(state);
  }
}

function stopped(how: 'holding' | 'free'): StintEnd {
  const reason =
    how === 'holding' ? 'What this device held has been handed over. Thank you' : 'You stopped it';
  return { kind: 'left', reason };
}

function reasonOf(error: unknown): string {
  if (error instanceof GroundswellError) return error.message;
  return `Something went wrong that should not have: ${error instanceof Error ? error.message : String(error)}`;
}
