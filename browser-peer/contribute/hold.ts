/** Why a device does not compute though its visitor has agreed. */
export type Hold = { readonly by: 'visitor' } | { readonly by: 'terms'; readonly reason: string };
