import { type EngineChoice, gpuObstacle } from '../engines.js';
import { linkPages } from '../page-links.js';
import { type Circumstances, type Teller, watchCircumstances } from './circumstances.js';
import { Contribution } from './contribution.js';
import { element, say, sayIfAny, show } from './elements.js';
import { followRoom, type RoomSnapshot, type RoomTools, unknownRoom } from './follow-room.js';
import { installable } from './installable.js';
import { LinkRates } from './link-rates.js';
import { duration, percent } from './numbers.js';
import { showOffer } from './offer-view.js';
import { OwnCredit } from './own-credit.js';
import { Repaint } from './repaint.js';
import { type Offers, shortcomingsOf } from './shortcomings.js';
import { type DeviceInUse, type PageState, sceneOf } from './state.js';
import { wordsFor } from './state-words.js';
import { watchStillness } from './stillness.js';
import type { StintTools } from './stint.js';
import { Tally } from './tally.js';
import { rememberedTerms, rememberTerms } from './terms.js';
import { TermsForm } from './terms-form.js';
import { unfrozen } from './unfrozen.js';
import { showWork } from './work-view.js';

export interface PageTools extends StintTools, RoomTools {
  readonly roomName: string;
  /** The coordinator's host, as in the address bar. */
  readonly host: string;
  /** The query that says which room, and with what invitation. */
  readonly search: string;
  /** Ticked at first, instead of what was chosen before. */
  readonly engine: EngineChoice | undefined;
  readonly surroundings: Offers;
  readonly isPhone: boolean;
  readonly teller: Teller;
  /** Where the visitor's choices are kept; undefined where the browser keeps nothing. */
  readonly storage: Storage | undefined;
}

/** Brings the contribute page to life. It follows the room at once, and computes once the visitor has agreed. */
export function openPage(tools: PageTools): void {
  new ContributePage(tools).open();
}

class ContributePage {
  readonly #tools: PageTools;
  readonly #repaint = new Repaint(() => this.#paint());
  readonly #form: TermsForm;
  readonly #tally: Tally;
  readonly #credit = new OwnCredit();
  readonly #linkRates = new LinkRates();
  #state: PageState = { kind: 'asking' };
  #room: RoomSnapshot = unknownRoom;
  #device: DeviceInUse | undefined;
  #circumstances: Circumstances = { power: 'unknown', network: 'unknown', hour: new Date().getHours() };
  #contribution: Contribution | undefined;
  /** That the tab was held still, for people. */
  #stillness = '';

  constructor(tools: PageTools) {
    this.#tools = tools;
    this.#tally = new Tally(tools.storage);
    this.#form = new TermsForm((terms) => {
      rememberTerms(tools.storage, terms);
      this.#contribution?.setTerms(terms);
    });
  }

  open(): void {
    const { engine, search, storage, teller } = this.#tools;
    const remembered = rememberedTerms(storage);
    this.#form.terms = engine === undefined ? remembered : { ...remembered, engine };
    element('consent', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#agreed();
    });
    linkPages(search);
    element('stop', HTMLButtonElement).addEventListener('click', () => this.#contribution?.leave());
    element('pause', HTMLButtonElement).addEventListener('click', () => this.#pauseOrGoOn());
    addEventListener('pagehide', () => this.#tally.keep());
    this.#paint();
    void followRoom(this.#tools, (room) => {
      this.#room = room;
      this.#repaint.soon();
    });
    void watchCircumstances(teller, (circumstances) => {
      this.#circumstances = circumstances;
      this.#contribution?.setCircumstances(circumstances);
      this.#repaint.soon();
    });
    watchStillness(document, (seconds) => this.#heldStill(seconds));
    installable();
  }

  async #agreed(): Promise<void> {
    if (this.#contribution) return;
    const listener = {
      onState: (state: PageState) => this.#enter(state),
      onDevice: (device: DeviceInUse) => {
        this.#device = device;
        this.#repaint.soon();
      },
    };
    const contribution = new Contribution(this.#tools, listener, this.#form.terms, this.#circumstances);
    this.#contribution = contribution;
    this.#device = undefined;
    this.#stillness = '';
    await unfrozen(async () => {
      const end = await contribution.run();
      this.#contribution = undefined;
      this.#tally.keep();
      this.#enter(end);
    });
  }

  #pauseOrGoOn(): void {
    if (this.#state.kind === 'paused') this.#contribution?.goOn();
    else this.#contribution?.pause();
  }

  #heldStill(seconds: number): void {
    if (!this.#contribution) return;
    this.#stillness =
      `For ${duration(seconds)}, the browser or the device held this tab still while nobody looked at it. ` +
      'It came back by itself. In a window of its own, or installed as an app, it is left alone more often.';
    this.#repaint.soon();
  }

  #enter(state: PageState): void {
    const before = this.#state;
    this.#state = state;
    this.#tally.count(state);
    if (state.kind === before.kind) return this.#repaint.soon();
    this.#tally.keep();
    this.#repaint.now();
    if (sceneOf(state) === sceneOf(before)) return;
    // The button that was pressed is gone: the keyboard goes on where the news is.
    scrollTo({ top: 0 });
    element(sceneOf(state) === 'work' ? 'stop' : 'status-title', HTMLElement).focus();
  }

  #paint(): void {
    const [state, room, device] = [this.#state, this.#room, this.#device];
    const { surroundings, isPhone, roomName, host } = this.#tools;
    const scene = sceneOf(state);
    const { dataset } = element('main', HTMLElement);
    dataset.state = state.kind;
    dataset.step = state.kind === 'computing' ? String(state.step) : '';
    dataset.engine = device?.engine ?? '';

    const { title, detail } = wordsFor(state, isPhone);
    say('status-title', title);
    say('status-detail', detail);
    this.#paintButtons(scene === 'work');
    show('offer', scene === 'offer');
    show('work', scene === 'work');
    this.#form.placeIn(scene);
    this.#form.limitTo(this.#circumstances, gpuObstacle(surroundings) === undefined);
    sayIfAny('shortcomings', shortcomingsOf(surroundings).join(' '));
    if (scene === 'work') {
      const { updates } = this.#tally;
      this.#credit.follow(state, room.roster);
      showWork({
        ...{ state, room, device, updates },
        verified: this.#credit.updates,
        stillness: this.#stillness,
        linkRates: this.#linkRates,
      });
    } else showOffer({ state, room, roomName, host });
    this.#paintConnection();
    document.title = titleOf(state, title);
  }

  #paintButtons(isWorking: boolean): void {
    const { kind } = this.#state;
    show('stop', isWorking);
    show('pause', isWorking);
    say('pause', kind === 'paused' ? 'Go on' : 'Pause');
    const heldByTerms = this.#state.kind === 'paused' && this.#state.by === 'terms';
    element('stop', HTMLButtonElement).disabled = kind === 'leaving';
    element('pause', HTMLButtonElement).disabled = kind === 'leaving' || heldByTerms;
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
}

function titleOf(state: PageState, words: string): string {
  const progress = state.kind === 'computing' ? ` ${percent(state.step, state.job.steps)}` : '';
  return words ? `${words}${progress} · Groundswell` : 'Groundswell';
}
