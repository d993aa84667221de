import { z } from 'zod';
import { membersDoneKey, membersDonePrefix } from '../../core/protocol/keys.js';
import type { Store } from '../store/store.js';
import type { MemberFailure } from './member-desk.js';

const recordSchema = z.strictObject({
  version: z.literal(1),
  /** Members whose chunks are all in the store, as runs `[first, count]`. */
  done: z.array(z.tuple([z.number().int().min(0), z.number().int().min(1)])),
  /** Members that will not be had. */
  failed: z.array(z.strictObject({ member: z.number().int().min(0), reason: z.string() })),
});

/** What is known to be over of a sweep. */
export interface MembersOver {
  readonly done: ReadonlySet<number>;
  readonly failed: readonly MemberFailure[];
}

/** What the store says of it. */
export interface RecordedMembers extends MembersOver {
  /** Whether any member has been given out: from then on the sweep waits for nobody. */
  readonly hasBegun: boolean;
}

/**
 * What every coordinator so far has recorded of a sweep. Each writes a record of its own term, and all that they say stays
 * true, so that none has to know of another.
 */
export async function readMembersOver(store: Store, sweep: string): Promise<RecordedMembers> {
  let hasBegun = false;
  const done = new Set<number>();
  const failed = new Map<number, string>();
  for await (const key of store.list(membersDonePrefix(sweep))) {
    const bytes = await store.get(key);
    if (!bytes) continue;
    hasBegun = true;
    const record = recordSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    for (const [first, count] of record.done) for (let i = 0; i < count; i++) done.add(first + i);
    for (const { member, reason } of record.failed) failed.set(member, reason);
  }
  for (const member of done) failed.delete(member);
  return { hasBegun, done, failed: [...failed].map(([member, reason]) => ({ member, reason })) };
}

export async function writeMembersOver(
  store: Store,
  sweep: string,
  term: number,
  { done, failed }: MembersOver,
): Promise<void> {
  const record: z.infer<typeof recordSchema> = { version: 1, done: runsOf(done), failed: [...failed] };
  await store.put(membersDoneKey(sweep, term), new TextEncoder().encode(JSON.stringify(record)));
}

function runsOf(members: ReadonlySet<number>): [number, number][] {
  const runs: [number, number][] = [];
  for (const member of [...members].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === member) last[1] += 1;
    else runs.push([member, 1]);
  }
  return runs;
}
