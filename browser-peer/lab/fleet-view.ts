import { boxOfShape, cellCount, type Triple } from '../../core/grid/box.js';
import type { RoomStatus } from '../../core/protocol/api.js';
import type { Plan } from '../../core/protocol/plan.js';
import { element, say, show } from '../contribute/elements.js';
import { count, milliseconds, roughly } from '../contribute/numbers.js';
import { fillRows } from './rows.js';

const NONE = '–';
const NUMBERS = [3, 4, 5];

/** Who is there, and what each is used for and why. `shape`: of the grid of the plan's job, where it is known. */
export function showFleet(
  { peers, watchers }: RoomStatus,
  plan: Plan | undefined,
  shape: Triple | undefined,
): void {
  say('fleet-words', `${peersInWords(peers.length)} ${watchersInWords(watchers)}`);
  show('fleet-table', peers.length > 0);
  const rows = peers.map(({ id, name, kind, ability, state, use, roundTrip }) => {
    const box = plan?.shards.find(({ peer }) => peer === id)?.box;
    return [
      name,
      kind === 'browser' ? 'browser' : 'Node',
      `${ability.engine}: ${ability.device}`,
      roughly(ability.rate),
      box && shape ? `${Math.round((100 * cellCount(box)) / cellCount(boxOfShape(shape)))}%` : NONE,
      milliseconds(roundTrip),
      use ? use.says : state,
    ];
  });
  fillRows(element('fleet-rows', HTMLElement), rows, NUMBERS);
}

function peersInWords(peers: number): string {
  if (peers === 0) return 'Nobody lends a device at the moment.';
  return peers === 1 ? 'One peer is here.' : `${count(peers)} peers are here.`;
}

function watchersInWords(watchers: number): string {
  if (watchers <= 1) return 'Nobody else looks on.';
  return `${count(watchers)} look on: this page, others like it, and each tab that computes.`;
}
