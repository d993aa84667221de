import { GroundswellError } from '../../core/errors.js';
import type { Contributor, ContributorStatus } from '../../core/peer/contributor.js';
import type { Ability } from '../../core/protocol/messages.js';
import type { Engine, EngineKind } from '../../shaders/engine.js';
import { type EngineChoice, pickEngine, type Surroundings } from '../engines.js';
import { type DeviceInUse, type PageState, sceneOf } from './state.js';

/** What a stint is made with. */
export interface StintTools {
  readonly surroundings: Surroundings;
  readonly startEngine: (kind: EngineKind) => Promise<Engine>;
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

/** One visitor's contribution, from the consent to the end. Owns the engine. */
export class Stint {
  readonly #tools: StintTools;
  readonly #listener: StintListener;
  #engine: Engine | undefined;
  #contributor: Contributor | undefined;
  #last: PageState['kind'] = 'preparing';
  /** `holding`: it computed when it was stopped, so that there was something to hand over. */
  #stopped: false | 'holding' | 'free' = false;

  constructor(tools: StintTools, listener: StintListener) {
    this.#tools = tools;
    this.#listener = listener;
  }

  /** Resolves when it is over, for whatever reason; its last state says which. */
  async run(choice: EngineChoice): Promise<void> {
    try {
      this.#tell({ kind: 'preparing' });
      const engine = await this.#start(choice);
      if (engine && !this.#stopped) await this.#work(engine);
      else if (engine) this.#tellStopped();
    } catch (error) {
      if (this.#stopped) this.#tellStopped();
      else this.#tell({ kind: 'unable', reason: reasonOf(error) });
    } finally {
      await this.#engine?.close().catch(() => {});
    }
  }

  /** Leaves: what this device holds is handed over first. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = this.#last === 'computing' ? 'holding' : 'free';
    this.#listener.onState({ kind: 'leaving' });
    // A contributor that can't leave properly still ends, and `run` hears of it.
    if (this.#contributor) void this.#contributor.leave().catch(() => {});
    // There is nothing to hand over yet, and whoever waits for the engine is let go.
    else void this.#engine?.close().catch(() => {});
  }

  /** Undefined where there is no engine of that kind here: the visitor has been told. */
  async #start(choice: EngineChoice): Promise<Engine | undefined> {
    const pick = await pickEngine(choice, this.#tools.surroundings);
    if (pick.kind === 'none') {
      this.#tell({ kind: 'unable', reason: pick.reason });
      return undefined;
    }
    try {
      return await this.#startOf(pick.kind, pick.note);
    } catch (error) {
      if (choice !== 'auto' || pick.kind === 'wasm' || this.#stopped) throw error;
      return this.#startOf('wasm', `The GPU failed (${reasonOf(error)}). So the processor computes.`);
    }
  }

  async #startOf(kind: EngineKind, note: string | undefined): Promise<Engine> {
    const engine = await this.#tools.startEngine(kind);
    this.#engine = engine;
    this.#listener.onDevice({ engine: engine.kind, device: engine.device, note });
    return engine;
  }

  async #work(engine: Engine): Promise<void> {
    this.#tell({ kind: 'calibrating' });
    const ability = await this.#tools.calibrate(engine);
    if (this.#stopped) return this.#tellStopped();
    this.#contributor = this.#tools.contribute(engine, ability, (status) => this.#tell(status));
    await this.#contributor.finished;
  }

  #tellStopped(): void {
    this.#tell({ kind: 'left', reason: '' });
  }

  /** Once stopped, a device that still computes what it hands over is leaving, for its visitor. */
  #tell(state: PageState): void {
    if (!this.#stopped) {
      this.#last = state.kind;
      this.#listener.onState(state);
    } else if (state.kind === 'left') {
      const reason =
        this.#stopped === 'holding' ? 'Your piece has been handed over. Thank you' : 'You stopped it';
      this.#listener.onState({ kind: 'left', reason });
    } else if (sceneOf(state) === 'offer') this.#listener.onState(state);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof GroundswellError) return error.message;
  return `Something went wrong that should not have: ${error instanceof Error ? error.message : String(error)}`;
}
