import { once } from 'node:events';
import type { View } from '../../core/watch/view.js';
import { openViewer } from '../../peer-node/viewer.js';

/** What a process of viewers is told. */
export interface Told {
  readonly url: string;
  readonly viewers: number;
  readonly view: View;
}

/** What it answers now and then. */
export interface Counted {
  /** Whole frames that have come to all of them together. */
  readonly frames: number;
}

/** How often the parent hears of frames: an answer for each would be work of its own. */
const TELL_EVERY_MS = 200;

/** Opens viewers in this process as its parent says, until that disconnects. They take frames in, pass them on, and draw nothing. */
export async function playViewers(): Promise<void> {
  const [{ url, viewers, view }] = (await once(process, 'message')) as [Told];
  let frames = 0;
  const open = await Promise.all(
    Array.from({ length: viewers }, async () => {
      const one = await openViewer({
        url,
        transport: 'datachannel',
        onChange: () => {},
        onFrame: () => {
          frames += 1;
        },
      });
      one.viewer.look(view);
      return one;
    }),
  );
  const telling = setInterval(() => {
    process.send?.({ frames } satisfies Counted);
  }, TELL_EVERY_MS);
  await once(process, 'disconnect');
  clearInterval(telling);
  await Promise.all(open.map((one) => one.close()));
}
