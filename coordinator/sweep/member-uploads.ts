import { numberOf } from '../../core/job/sweep.js';
import type { WholeSweep } from '../../core/job/whole-sweep.js';
import { outputChunkKey, probeChunkKey, resultKey } from '../../core/protocol/keys.js';
import { memberId } from '../../core/protocol/member-id.js';
import { outputShape } from '../../core/result/output.js';
import { timeChunk } from '../../core/result/time-chunk.js';

/** Whose chunk a key of a sweep's result is. */
export class MemberUploads {
  readonly #id: string;
  readonly #sweep: WholeSweep;
  /** Chunks along each axis of the grid that an output has. */
  readonly #counts: readonly (readonly number[])[];
  readonly #probeChunk: number;

  constructor(id: string, sweep: WholeSweep) {
    this.#id = id;
    this.#sweep = sweep;
    const { grid, outputs } = sweep.first;
    this.#counts = outputs.map((output) => {
      const { shape, chunk } = outputShape(grid, output);
      return shape.slice(1).map((length, axis) => Math.ceil(length / (chunk[axis + 1] as number)));
    });
    this.#probeChunk = timeChunk(Math.max(...sweep.members.map(({ steps }) => steps)));
  }

  /** Messages with which one member asks for addresses and is reported, generously. */
  get messagesOfMember(): number {
    const { outputs } = this.#sweep.first;
    const chunks = outputs.reduce((sum, { states, steps }, output) => {
      const each = (this.#counts[output] ?? []).reduce((product, count) => product * count, 1);
      return sum + states.length * steps.length * each;
    }, 0);
    return 4 + 2 * chunks;
  }

  /** The member whose chunk `key` is; undefined where it is no chunk of the result. */
  memberOf(key: string): number | undefined {
    const { axes } = this.#sweep;
    if (!key.startsWith(`${resultKey(this.#id)}/`)) return undefined;
    const [, chunk = ''] = key.split('/c/');
    const numbers = chunk.split('/').map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number >= 0)) return undefined;
    const member = numberOf(this.#sweep, numbers.slice(0, axes.length));
    return member !== undefined && this.#isChunk(key, member, numbers.slice(axes.length))
      ? member
      : undefined;
  }

  /** The key is built again from the numbers in it, so that nothing but numbers can differ. */
  #isChunk(key: string, member: number, [time = 0, ...chunk]: readonly number[]): boolean {
    const { first, members } = this.#sweep;
    const facts = members[member];
    if (!facts) return false;
    const id = memberId(this.#id, facts.places);
    const isOfOutput = first.outputs.some(
      ({ name, states }, output) =>
        time < (facts.outputs[output]?.steps.length ?? 0) &&
        chunk.length === this.#counts[output]?.length &&
        (this.#counts[output] ?? []).every((count, axis) => (chunk[axis] ?? 0) < count) &&
        states.some((state) => key === outputChunkKey(id, name, state, time, chunk)),
    );
    return (
      isOfOutput ||
      first.probes.some(
        ({ name, states }) =>
          time * this.#probeChunk < facts.steps &&
          states.some((state) => key === probeChunkKey(id, name, state, time)),
      )
    );
  }
}
