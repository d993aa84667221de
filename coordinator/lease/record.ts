import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Where the lease of a store lies. */
export const LEASE_KEY = 'lease.json';

const holderSchema = z.strictObject({
  /** Drawn by each process anew. */
  id: z.string(),
  /** Names the machine, and on Linux the process numbers' namespace: containers may share a host's name. */
  machine: z.string(),
  pid: z.number().int(),
});
export type Holder = z.infer<typeof holderSchema>;

const leaseSchema = z.strictObject({
  version: z.literal(1),
  /** Grows by one with each coordinator that takes the lease. */
  term: z.number().int().min(1),
  /** Who has it; null where it was given back. */
  holder: holderSchema.nullable(),
  /** Counts renewals, so that each one is seen. */
  beat: z.number().int().min(0),
});
export type LeaseRecord = z.infer<typeof leaseSchema>;

export const writeLease = (record: LeaseRecord) => new TextEncoder().encode(JSON.stringify(record));

/** Throws where the bytes are no lease. */
export const readLease = (bytes: Uint8Array): LeaseRecord =>
  leaseSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));

export function thisProcess(id: string): Holder {
  return { id, machine: `${hostname()} ${namespaceOfPids()}`, pid: process.pid };
}

/**
 * Whether a process of this machine is known to be dead, so that its lease need not run out. False where that cannot be
 * told, and where its number is another process's by now.
 */
export function isKnownDead(holder: Holder, self: Holder): boolean {
  if (holder.machine !== self.machine || holder.id === self.id) return false;
  if (holder.pid === self.pid) return true;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function namespaceOfPids(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
