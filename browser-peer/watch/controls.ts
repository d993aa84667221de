import type { Snapshots } from '../../core/watch/stored.js';
import { element, say, show } from '../contribute/elements.js';
import { type Choices, RATES, VOLUME_RATE } from './choices.js';
import type { ColourMapName } from './colours.js';
import { amplitude, count } from './numbers.js';

/** Ten steps of the range's slider are a factor of ten. */
const STEPS_A_DECADE = 10;

/** The form beside the picture: shows the choices, and tells what the visitor makes of them. */
export class Controls {
  readonly #onChoice: (change: Partial<Choices>) => void;

  constructor(onChoice: (change: Partial<Choices>) => void) {
    this.#onChoice = onChoice;
    element('controls', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
    const select = (id: string, change: (value: string) => Partial<Choices>) =>
      this.#on(element(id, HTMLSelectElement), ({ value }) => change(value));
    const input = (id: string, change: (input: HTMLInputElement) => Partial<Choices>) =>
      this.#on(element(id, HTMLInputElement), change);
    select('field', (state) => ({ state }));
    select('axis', (axis) => ({ axis: axis as Choices['axis'], at: undefined }));
    select('colours', (colours) => ({ colours: colours as ColourMapName }));
    input('at', ({ valueAsNumber }) => ({ at: valueAsNumber }));
    input('rate', ({ valueAsNumber }) => ({ rate: RATES[valueAsNumber] ?? RATES[0] }));
    input('peak', ({ valueAsNumber }) => ({ peak: peakAt(valueAsNumber) }));
    input('auto', ({ checked }) => ({
      peak: checked ? undefined : peakAt(element('peak', HTMLInputElement).valueAsNumber),
    }));
    input('marks', ({ checked }) => ({ marks: checked }));
    input('borders', ({ checked }) => ({ borders: checked }));
  }

  /** What a job has to choose from. */
  offer({ shape, dimensions, states }: Snapshots, axis: Choices['axis']): void {
    const field = element('field', HTMLSelectElement);
    const names = states.map(({ name }) => name);
    if (names.join() !== [...field.options].map(({ value }) => value).join()) {
      field.replaceChildren(...names.map((name) => new Option(name, name)));
    }
    element('planes', HTMLElement).hidden = dimensions === 2;
    const isVolume = axis === 'all';
    show('at-cell', !isVolume);
    show('turning', isVolume);
    show('volume-help', isVolume);
    // Marks lie on a plane.
    element('marks', HTMLInputElement).disabled = isVolume;
    element('rate', HTMLInputElement).max = String(isVolume ? RATES.indexOf(VOLUME_RATE) : RATES.length - 1);
    if (isVolume) return;
    const length = shape[{ z: 0, y: 1, x: 2 }[axis] as 0 | 1 | 2];
    element('at', HTMLInputElement).max = String(length - 1);
  }

  /** `peak`: the one in use, chosen or not. */
  show(
    choices: Choices,
    seen: { state: string; axis: Choices['axis']; at: number; colours: ColourMapName; peak: number },
  ): void {
    element('field', HTMLSelectElement).value = seen.state;
    element('axis', HTMLSelectElement).value = seen.axis;
    element('at', HTMLInputElement).value = String(seen.at);
    say('at-value', count(seen.at));
    element('colours', HTMLSelectElement).value = seen.colours;
    const follows = choices.peak === undefined;
    element('auto', HTMLInputElement).checked = follows;
    const peak = element('peak', HTMLInputElement);
    peak.disabled = follows;
    peak.value = String(Math.round(STEPS_A_DECADE * Math.log10(seen.peak)));
    peak.setAttribute('aria-valuetext', amplitude(seen.peak));
    say('peak-value', amplitude(seen.peak));
    const frames = seen.axis === 'all' ? Math.min(choices.rate, VOLUME_RATE) : choices.rate;
    const rate = element('rate', HTMLInputElement);
    rate.value = String((RATES as readonly number[]).indexOf(frames));
    rate.setAttribute('aria-valuetext', String(frames));
    say('rate-value', String(frames));
    element('marks', HTMLInputElement).checked = choices.marks;
    element('borders', HTMLInputElement).checked = choices.borders;
  }

  #on<T extends HTMLElement>(control: T, change: (control: T) => Partial<Choices>): void {
    control.addEventListener('input', () => this.#onChoice(change(control)));
  }
}

const peakAt = (step: number) => Number((10 ** (step / STEPS_A_DECADE)).toPrecision(3));
