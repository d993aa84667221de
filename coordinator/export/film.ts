import { writeFile } from 'node:fs/promises';
import HME from 'h264-mp4-encoder';
import { largest, type Painting, paint } from '../results/picture.js';
import { type Cut, planeOf } from './plane.js';
import type { Tally } from './slabs.js';
import type { StoredArray } from './stored-result.js';

/** H.264's quantisation: 10 is best, 51 smallest. At 20 a smooth field shows no blocks. */
const QUANTISATION = 20;

/** Every frame stands for itself, so that a player can go to any of them: the library marks none of them as such. */
const FRAMES_PER_KEY = 1;

export interface FilmOptions {
  readonly cut?: Cut;
  readonly framesPerSecond: number;
  /** The colours' range, −peak to peak; without, the largest of all frames, which takes reading them twice. */
  readonly peak?: number;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** Writes a plane over time as H.264 in MP4, a frame a snapshot, all in one range of colours. */
export async function writeFilm(file: string, array: StoredArray, options: FilmOptions): Promise<void> {
  const { cut, framesPerSecond, tally, signal } = options;
  const [frames = 0] = array.shape;
  const peak = options.peak ?? (await peakOf(array, cut, signal));
  const encoder = await HME.createH264MP4Encoder();
  try {
    for (let snapshot = 0; snapshot < frames; snapshot++) {
      signal.throwIfAborted();
      const slice = await planeOf(array, snapshot, cut);
      tally.add(slice.values);
      const frame = evenSided(paint(slice, peak));
      if (snapshot === 0) {
        encoder.width = frame.width;
        encoder.height = frame.height;
        encoder.frameRate = framesPerSecond;
        encoder.quantizationParameter = QUANTISATION;
        encoder.groupOfPictures = FRAMES_PER_KEY;
        encoder.initialize();
      }
      encoder.addFrameRgba(frame.rgba);
    }
    encoder.finalize();
    await writeFile(file, encoder.FS.readFile(encoder.outputFilename));
    encoder.FS.unlink(encoder.outputFilename);
  } finally {
    encoder.delete();
  }
}

async function peakOf(array: StoredArray, cut: Cut | undefined, signal: AbortSignal): Promise<number> {
  let peak = 0;
  for (let snapshot = 0; snapshot < (array.shape[0] ?? 0); snapshot++) {
    signal.throwIfAborted();
    peak = Math.max(peak, largest((await planeOf(array, snapshot, cut)).values));
  }
  return peak;
}

/** H.264 takes even sides alone: a black edge makes up what is missing, at the right and at the bottom. */
function evenSided(painting: Painting): Painting {
  const [width, height] = [painting.width + (painting.width % 2), painting.height + (painting.height % 2)];
  if (width === painting.width && height === painting.height) return painting;
  const rgba = new Uint8Array(4 * width * height);
  for (let row = 0; row < painting.height; row++) {
    const from = 4 * row * painting.width;
    rgba.set(painting.rgba.subarray(from, from + 4 * painting.width), 4 * row * width);
  }
  return { width, height, rgba };
}
