import { digestOf } from '../../core/protocol/seal.js';
import { sameDigest } from '../../core/trust/statement/brick-digest.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import type { Span } from '../../core/witness/span.js';
import type { HashTable, Trace } from '../../core/witness/trace.js';
import type { SignedSpan } from './signed-span.js';

/** What came of two who signed otherwise for one span. */
export type Finding =
  /** What these signed for does not come of what they had. */
  | { readonly kind: 'lied'; readonly who: readonly SignedSpan[]; readonly why: string }
  /** These do not say how they came to what they signed for. */
  | { readonly kind: 'silent'; readonly who: readonly SignedSpan[] }
  /** These began with other cells than were handed to them. */
  | { readonly kind: 'other start'; readonly who: readonly SignedSpan[] }
  /** Something is not finite there, and devices that compute truly may have other bits of it, or have it a step sooner. */
  | { readonly kind: 'infinite' }
  /** Who of the two is wrong cannot be told. */
  | { readonly kind: 'open'; readonly why: string };

/** One of the two, and what it has told. */
export interface Teller {
  readonly signed: SignedSpan;
  /** By step, a digest for each brick: as it was signed for, or told since. */
  readonly states: Map<number, Uint8Array>;
}

/** Two in dispute about a span, and how long each may take to compute it once more. */
export interface Case {
  readonly span: Span;
  readonly tellers: readonly [Teller, Teller];
  readonly startDigests: Uint8Array | undefined;
  /** Whether their bits are those of the checker's engine. */
  readonly isSameClass: boolean;
  readonly withinMs: number;
}

/** What both told last. */
export type Traces = readonly [Trace, Trace];

export const isSameState = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && sameDigest(a, b);

export const signedOf = ({ signed }: Teller): SignedSpan => signed;

/** Whether somebody was found, or it is known that nobody can be, before there is a value. */
export const isFinding = <T extends object>(value: T | Finding): value is Finding => 'kind' in value;

export function silentOf(
  tellers: Case['tellers'],
  answers: readonly unknown[],
): Extract<Finding, { kind: 'silent' }> {
  const silent = tellers.filter((_, i) => answers[i] === undefined);
  return { kind: 'silent', who: silent.map(signedOf) };
}

export const INFINITE: Finding = { kind: 'infinite' };

/** Places, in the shard, of the bricks of which they told otherwise. */
export function differences([a, b]: Case['tellers'], step: number): number[] {
  const [one, other] = [a.states.get(step) as Uint8Array, b.states.get(step) as Uint8Array];
  const all = Array.from({ length: one.length / BRICK_DIGEST_BYTES }, (_, place) => place);
  return all.filter((place) => !sameDigest(digestOf(one, place), digestOf(other, place)));
}

/** The first hash, exchange by exchange, in which two tables differ. */
export function firstOther(
  a: HashTable,
  b: HashTable,
): { readonly row: number; readonly column: number } | undefined {
  for (const [row, hashes] of a.entries()) {
    const column = hashes.findIndex((hash, i) => !sameDigest(hash, b[row]?.[i] as Uint8Array));
    if (column >= 0) return { row, column };
  }
  return undefined;
}
