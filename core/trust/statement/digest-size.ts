/** Of a brick's digest: the first so many bytes of its hash. Nobody finds two states that share them. */
export const BRICK_DIGEST_BYTES = 20;
