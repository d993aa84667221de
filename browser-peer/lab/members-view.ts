import type { JobStatus, RoomStatus, SweepMembers } from '../../core/protocol/api.js';
import { element, say, show } from '../contribute/elements.js';
import { count } from '../contribute/numbers.js';
import { type ListedMember, type MemberState, memberAt, STATE_WORDS, statesOf } from '../sweep/members.js';
import { drawMembers } from './member-map.js';

/** Rows of a page of the table. */
const ROWS = 50;

export interface MembersNews {
  readonly job: JobStatus;
  readonly members: SweepMembers;
  readonly peers: RoomStatus['peers'];
  /** Of the page that shows what a member has stored; undefined where it shows another job. */
  readonly watchAddress: ((member: number) => string) | undefined;
}

/** The members of a sweep: all at a glance, and each with its values and what has become of it. */
export class MembersView {
  readonly #resized = new ResizeObserver(() => this.#draw());
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  #news: MembersNews | undefined;
  #page = 0;
  /** What the table shows, so that it is made again only when that changes. */
  #shown = '';

  constructor() {
    this.#resized.observe(element('member-drawing', HTMLElement));
    this.#dark.addEventListener('change', () => this.#draw());
    element('member-filter', HTMLSelectElement).addEventListener('change', () => this.#turnTo(0));
    element('members-before', HTMLButtonElement).addEventListener('click', () =>
      this.#turnTo(this.#page - 1),
    );
    element('members-after', HTMLButtonElement).addEventListener('click', () => this.#turnTo(this.#page + 1));
  }

  /** Undefined: the job that is looked at is no sweep. */
  show(news: MembersNews | undefined): void {
    const isAnother = news?.job.id !== this.#news?.job.id;
    const isNews = isAnother || news?.members !== this.#news?.members;
    this.#news = news;
    show('members-card', news !== undefined);
    if (isAnother) this.#page = 0;
    if (!news || !isNews) return;
    say('members-words', wordsFor(news.members));
    this.#draw();
    this.#list();
  }

  #turnTo(page: number): void {
    this.#page = page;
    this.#list();
  }

  #draw(): void {
    const place = element('member-drawing', HTMLElement);
    if (!this.#news || place.clientWidth === 0) return;
    drawMembers(element('member-map', HTMLCanvasElement), this.#news.members, place.clientWidth);
  }

  #list(): void {
    const news = this.#news;
    if (!news) return;
    const wanted = element('member-filter', HTMLSelectElement).value;
    const numbers = [...statesOf(news.members).entries()].flatMap(([number, state]) =>
      wanted === 'all' || state === wanted ? [number] : [],
    );
    const pages = Math.max(1, Math.ceil(numbers.length / ROWS));
    this.#page = Math.max(0, Math.min(pages - 1, this.#page));
    const first = this.#page * ROWS;
    const listed = numbers.slice(first, first + ROWS).map((number) => memberAt(news.members, number));
    element('members-before', HTMLButtonElement).disabled = this.#page === 0;
    element('members-after', HTMLButtonElement).disabled = this.#page === pages - 1;
    say('members-page', pagesInWords(first, listed.length, numbers.length));
    show('members-turn', pages > 1);
    this.#fill(news, listed);
  }

  #fill({ members, peers, watchAddress }: MembersNews, listed: readonly ListedMember[]): void {
    const shown = JSON.stringify([listed, watchAddress?.(0)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const heads = ['Member', ...members.axes.map(({ name }) => name), 'State', 'Stored'];
    element('member-heads', HTMLElement).replaceChildren(...heads.map(headOf));
    const nameOf = (id: string) => peers.find((peer) => peer.id === id)?.name ?? id;
    element('member-rows', HTMLElement).replaceChildren(
      ...listed.map((member) => rowOf(member, nameOf, watchAddress)),
    );
  }
}

function wordsFor({ axes, states }: SweepMembers): string {
  const sizes = axes.map(({ name, values }) => `${name} (${count(values.length)})`).join(' and ');
  const all = statesOf({ states });
  const told = (['done', 'running', 'failed', 'open'] as const satisfies readonly MemberState[]).flatMap(
    (state) => {
      const number = all.filter((other) => other === state).length;
      return number > 0 ? [`${count(number)} ${STATE_WORDS[state]}`] : [];
    },
  );
  return `${count(states.length)} simulations over ${sizes}: ${told.join(', ')}.`;
}

const pagesInWords = (first: number, shown: number, all: number) =>
  shown === 0 ? 'None is so now.' : `${count(first + 1)} to ${count(first + shown)} of ${count(all)}`;

function headOf(text: string): HTMLTableCellElement {
  const head = document.createElement('th');
  head.scope = 'col';
  head.textContent = text;
  return head;
}

function rowOf(
  { number, values, state, peers, reason }: ListedMember,
  nameOf: (peer: string) => string,
  watchAddress: MembersNews['watchAddress'],
): HTMLTableRowElement {
  const row = document.createElement('tr');
  row.dataset.state = state;
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = String(number);
  const because = reason === undefined ? '' : `: ${reason}`;
  const by = peers.length > 0 ? `: ${peers.map(nameOf).join(', ')}` : '';
  row.append(head, ...[...values, `${STATE_WORDS[state]}${because}${by}`].map(cellOf));
  const seen = cellOf('');
  if (watchAddress && (state === 'done' || state === 'running')) {
    const link = document.createElement('a');
    link.href = watchAddress(number);
    link.textContent = 'See it';
    link.setAttribute('aria-label', `See member ${number}`);
    seen.append(link);
  }
  row.append(seen);
  return row;
}

function cellOf(text: string): HTMLTableCellElement {
  const cell = document.createElement('td');
  cell.textContent = text;
  return cell;
}
