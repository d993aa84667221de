import { ENGINE_CHOICES, type EngineChoice, gpuObstacle } from '../engines.js';
import { element, say, sayIfAny, show } from './elements.js';
import { followRoom, type RoomSnapshot, type RoomTools, unknownRoom } from './follow-room.js';
import { percent } from './numbers.js';
import { showOffer } from './offer-view.js';
import { Repaint } from './repaint.js';
import { type DeviceInUse, type PageState, sceneOf } from './state.js';
import { wordsFor } from './state-words.js';
import { Stint, type StintTools } from './stint.js';
import { showWork } from './work-view.js';

export interface PageTools extends StintTools, RoomTools {
  readonly roomName: string;
  /** The coordinator's host, as in the address bar. */
  readonly host: string;
  /** Ticked at first. */
  readonly engine: EngineChoice;
}

/** Brings the contribute page to life. It follows the room at once, and computes once the visitor has agreed. */
export function openPage(tools: PageTools): void {
  new ContributePage(tools).open();
}

class ContributePage {
  readonly #tools: PageTools;
  readonly #repaint = new Repaint(() => this.#paint());
  #state: PageState = { kind: 'asking' };
  #room: RoomSnapshot = unknownRoom;
  #device: DeviceInUse | undefined;
  #stint: Stint | undefined;

  constructor(tools: PageTools) {
    this.#tools = tools;
  }

  open(): void {
    this.#tick(this.#tools.engine);
    element('consent', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#agreed();
    });
    element('stop', HTMLButtonElement).addEventListener('click', () => this.#stint?.stop());
    this.#paint();
    void followRoom(this.#tools, (room) => {
      this.#room = room;
      this.#repaint.soon();
    });
  }

  async #agreed(): Promise<void> {
    if (this.#stint) return;
    const chosen = new FormData(element('consent', HTMLFormElement)).get('engine');
    const stint = new Stint(this.#tools, {
      onState: (state) => this.#enter(state),
      onDevice: (device) => {
        this.#device = device;
        this.#repaint.soon();
      },
    });
    this.#stint = stint;
    this.#device = undefined;
    await stint.run(ENGINE_CHOICES.find((choice) => choice === chosen) ?? 'auto');
  }

  #enter(state: PageState): void {
    const before = this.#state;
    this.#state = state;
    if (sceneOf(state) === 'offer') this.#stint = undefined;
    if (state.kind === before.kind) return this.#repaint.soon();
    this.#repaint.now();
    if (sceneOf(state) === sceneOf(before)) return;
    // The button that was pressed is gone: the keyboard goes on where the news is.
    scrollTo({ top: 0 });
    element(sceneOf(state) === 'work' ? 'stop' : 'status-title', HTMLElement).focus();
  }

  #paint(): void {
    const [state, room, device] = [this.#state, this.#room, this.#device];
    const scene = sceneOf(state);
    const { dataset } = element('main', HTMLElement);
    dataset.state = state.kind;
    dataset.step = state.kind === 'computing' ? String(state.step) : '';
    dataset.engine = device?.engine ?? '';

    const { title, detail } = wordsFor(state);
    say('status-title', title);
    say('status-detail', detail);
    show('stop', scene === 'work');
    element('stop', HTMLButtonElement).disabled = state.kind === 'leaving';
    show('offer', scene === 'offer');
    show('work', scene === 'work');
    if (scene === 'work') showWork({ state, room, device });
    else {
      showOffer({
        state,
        room,
        roomName: this.#tools.roomName,
        host: this.#tools.host,
        gpuObstacle: gpuObstacle(this.#tools.surroundings),
      });
    }
    this.#paintConnection();
    document.title = titleOf(state, title);
  }

  #paintConnection(): void {
    const { kind } = this.#room.connection;
    const words = {
      connecting: 'Connecting…',
      open: 'Connected',
      lost: 'Reconnecting…',
      refused: 'Not connected',
    };
    element('connection', HTMLElement).dataset.connection = kind;
    sayIfAny('connection', words[kind]);
  }

  #tick(choice: EngineChoice): void {
    for (const input of element('engines', HTMLFieldSetElement).querySelectorAll('input')) {
      input.checked = input.value === choice;
    }
  }
}

function titleOf(state: PageState, words: string): string {
  const progress = state.kind === 'computing' ? ` ${percent(state.step, state.job.steps)}` : '';
  return words ? `${words}${progress} · Groundswell` : 'Groundswell';
}
