import type { Digest } from '../trust/statement/brick-digest.js';
import type { Statement } from '../trust/statement/statement.js';
import { chainOf } from './digests.js';
import type { HaloTable } from './evidence.js';
import type { SignedHalos } from './span.js';

/** The chains of a span's halos, both ways, by neighbour: as a statement has them. */
export async function haloChains(
  { incoming, outgoing }: SignedHalos,
  { sent, received }: { readonly sent: HaloTable; readonly received: HaloTable },
  digest: Digest,
): Promise<Statement['halos']> {
  const neighbours = outgoing.map(({ shard }) => shard).toSorted((a, b) => a - b);
  const chains: Statement['halos'] = [];
  for (const shard of neighbours) {
    chains.push({
      shard,
      sent: await chainOf(columnOf(sent, outgoing, shard), digest),
      received: await chainOf(columnOf(received, incoming, shard), digest),
    });
  }
  return chains;
}

/** What a table has of one neighbour, exchange after exchange: halos, or hashes of them. */
export function columnOf<T>(
  table: readonly (readonly T[])[],
  parcels: readonly { readonly shard: number }[],
  shard: number,
): T[] {
  const column = parcels.findIndex((parcel) => parcel.shard === shard);
  return table.flatMap((row) => row.slice(column, column + 1));
}
