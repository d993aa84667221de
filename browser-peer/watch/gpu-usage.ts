// As the specification of WebGPU numbers them: not every platform has the names.
export const UNIFORM = 0x40;
export const BUFFER_COPY_DST = 0x08;
export const TEXTURE_COPY_DST = 0x02;
export const TEXTURE_BINDING = 0x04;
export const FRAGMENT = 0x2;

/** Stands for NaN in textures of samples: shaders may take NaN to be what they like. */
const UNKNOWN = 3.2e38;

/** A copy, for a GPU. */
export function knownOf(values: Float32Array): Float32Array<ArrayBuffer> {
  const known = new Float32Array(values);
  for (let i = 0; i < known.length; i++) if (Number.isNaN(known[i])) known[i] = UNKNOWN;
  return known;
}
