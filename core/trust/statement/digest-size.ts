/** Of a brick's digest: the first so many bytes of its SHA-256. Nobody finds two states that share them. */
export const BRICK_DIGEST_BYTES = 20;
