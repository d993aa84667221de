import { ENGINE_CHOICES } from '../engines.js';
import type { Circumstances } from './circumstances.js';
import { element, say, sayIfAny, show } from './elements.js';
import { clockHour } from './numbers.js';
import { type Terms, USUAL_TERMS } from './terms.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Where hours are wanted and none are remembered: the night. */
const USUAL_HOURS = { from: 22, to: 6 };

/** The visitor's terms as they stand in the page. It lies in the question at first, and beside the work once that goes on. */
export class TermsForm {
  readonly #onChange: (terms: Terms) => void;

  constructor(onChange: (terms: Terms) => void) {
    this.#onChange = onChange;
    for (const id of ['from', 'to']) {
      element(id, HTMLSelectElement).replaceChildren(
        ...HOURS.map((hour) => new Option(clockHour(hour), String(hour))),
      );
    }
    const terms = element('terms', HTMLElement);
    terms.addEventListener('input', () => this.#saySums());
    terms.addEventListener('change', () => this.#onChange(this.terms));
  }

  get terms(): Terms {
    const checked = (id: string) => element(id, HTMLInputElement).checked;
    const hour = (id: string) => Number(element(id, HTMLSelectElement).value);
    const engine = this.#engines.find((input) => input.checked)?.value;
    return {
      engine: ENGINE_CHOICES.find((choice) => choice === engine) ?? USUAL_TERMS.engine,
      share: Number(element('share', HTMLInputElement).value),
      mainsOnly: checked('mains-only'),
      wifiOnly: checked('wifi-only'),
      ...(checked('some-hours') && { hours: { from: hour('from'), to: hour('to') } }),
    };
  }

  set terms({ engine, share, mainsOnly, wifiOnly, hours }: Terms) {
    for (const input of this.#engines) input.checked = input.value === engine;
    element('share', HTMLInputElement).value = String(share);
    element('mains-only', HTMLInputElement).checked = mainsOnly;
    element('wifi-only', HTMLInputElement).checked = wifiOnly;
    element('some-hours', HTMLInputElement).checked = hours !== undefined;
    // What holds a device back must not be out of sight.
    element('when', HTMLDetailsElement).open = mainsOnly || wifiOnly || hours !== undefined;
    const { from, to } = hours ?? USUAL_HOURS;
    element('from', HTMLSelectElement).value = String(from);
    element('to', HTMLSelectElement).value = String(to);
    this.#saySums();
  }

  /** Takes the form to where its visitor is. */
  placeIn(scene: 'offer' | 'work'): void {
    const place = element(`terms-in-${scene}`, HTMLElement);
    const terms = element('terms', HTMLElement);
    if (terms.parentElement !== place) place.append(terms);
  }

  /** What this browser does not tell, or does not have, cannot be chosen. */
  limitTo({ power, network }: Circumstances, hasGpu: boolean): void {
    element('choose-gpu', HTMLInputElement).disabled = !hasGpu;
    element('mains-only', HTMLInputElement).disabled = power === 'unknown';
    element('wifi-only', HTMLInputElement).disabled = network === 'unknown';
    const untold = [
      ...(power === 'unknown' ? ['on what power the device runs'] : []),
      ...(network === 'unknown' ? ['by which network it is connected'] : []),
    ];
    sayIfAny('untold', untold.length === 0 ? '' : `This browser does not tell ${untold.join(', nor ')}.`);
  }

  get #engines(): readonly HTMLInputElement[] {
    return [...element('engines', HTMLFieldSetElement).querySelectorAll('input')];
  }

  /** What follows at once from what is chosen. */
  #saySums(): void {
    const { share, hours } = this.terms;
    say('share-said', `${share}%`);
    element('share', HTMLInputElement).setAttribute('aria-valuetext', `${share} per cent`);
    show('hours', hours !== undefined);
  }
}
