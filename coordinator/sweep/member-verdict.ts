/** What a peer says of a member. `failed`: that it could not compute it, and others may. */
export type Claim = 'stored' | 'diverged' | 'failed';

/** What comes of looking at a member. */
export type MemberVerdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'lied'; readonly why: string }
  /** It is not what comes of its member, and that may be no fault of its peer: another numerical class, or a lack of memory. */
  | { readonly kind: 'doubtful'; readonly why: string }
  /** The coordinator cannot tell. */
  | { readonly kind: 'unknown'; readonly why: string };
