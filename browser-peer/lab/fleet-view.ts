import { boxOfShape, cellCount, type Triple } from '../../core/grid/box.js';
import type { RoomStatus } from '../../core/protocol/api.js';
import type { Plan } from '../../core/protocol/plan.js';
import { element, say } from '../contribute/elements.js';
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
  const are = peers.length === 1 ? 'One peer is' : `${count(peers.length)} peers are`;
  const watching = watchers === 1 ? '1 connection only watches' : `${count(watchers)} connections only watch`;
  say('fleet-words', `${are} here; ${watching}, this page among them.`);
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
