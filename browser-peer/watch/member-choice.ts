import { numberOf } from '../../core/job/sweep.js';
import type { SweepMembers } from '../../core/protocol/api.js';
import { element, say, show } from '../contribute/elements.js';
import { inWords, type ListedMember, memberAt, STATE_WORDS, statesOf } from '../sweep/members.js';

/** Which simulation of a sweep is seen, chosen by its value on each axis. */
export class MemberChoice {
  readonly #onChoice: (member: number) => void;
  #members: SweepMembers | undefined;

  constructor(onChoice: (member: number) => void) {
    this.#onChoice = onChoice;
  }

  /** Undefined: what is seen is no member of a sweep. */
  show(members: SweepMembers | undefined, chosen: ListedMember | undefined): void {
    show('members', members !== undefined);
    if (!members) return;
    if (members.axes.map(({ name }) => name).join() !== this.#members?.axes.map(({ name }) => name).join()) {
      element('member-axes', HTMLElement).replaceChildren(
        ...members.axes.map((axis) => this.#choiceOf(axis)),
      );
    }
    this.#members = members;
    for (const [axis, select] of this.#selects.entries()) select.value = String(chosen?.places[axis] ?? 0);
    say('member-state', chosen ? `Number ${chosen.number}, ${STATE_WORDS[chosen.state]}.` : '');
  }

  get #selects(): readonly HTMLSelectElement[] {
    return [...element('member-axes', HTMLElement).querySelectorAll('select')];
  }

  #choiceOf({ name, values }: SweepMembers['axes'][number]): HTMLLabelElement {
    const label = document.createElement('label');
    const select = document.createElement('select');
    select.replaceChildren(...values.map((value, place) => new Option(inWords(value), String(place))));
    select.addEventListener('input', () => this.#choose());
    label.append(name, select);
    return label;
  }

  #choose(): void {
    const places = this.#selects.map(({ value }) => Number(value));
    const number = this.#members && numberOf(this.#members, places);
    if (number !== undefined) this.#onChoice(number);
  }
}

/** The member that the visitor asks for; else one that has something to show. */
export function memberSeen(members: SweepMembers, asked: number | undefined): ListedMember {
  if (asked !== undefined && asked < members.states.length) return memberAt(members, asked);
  const states = statesOf(members);
  const best = [states.indexOf('done'), states.indexOf('running')].find((number) => number >= 0);
  return memberAt(members, best ?? 0);
}
