import '../without-eval.js';

import { calibrate } from '../../core/peer/calibrate.js';
import type { ContributorStatus } from '../../core/peer/contributor.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import type { Ending } from '../../core/protocol/session.js';
import { advanceLargeShard } from '../../shaders/large-shard.suite.js';
import { engineAskedFor } from '../engines.js';
import { pageSurroundings } from '../page-surroundings.js';
import { startEngine } from '../remote-engine.js';
import { connectSocket } from '../socket.js';
import { openPage } from './page.js';

/** The contributor's part, played by a test: what it says, and how often it was asked. */
export interface StandIn {
  started: number;
  asked: 'leave'[];
  tell(status: ContributorStatus): void;
  end(ending: Ending): void;
  /** Tries an engine of the page's own: what it is, and the SHA-256 of what it has made of a large shard. */
  tryProcessor(): Promise<{ readonly device: string; readonly digest: readonly number[] }>;
}

const standIn: StandIn = {
  started: 0,
  asked: [],
  tell: () => {},
  end: () => {},
  async tryProcessor() {
    const engine = await startEngine('wasm');
    const cells = await advanceLargeShard(engine);
    const digest = await crypto.subtle.digest('SHA-256', cells.buffer as ArrayBuffer);
    return { device: engine.device, digest: [...new Uint8Array(digest)] };
  },
};
Object.assign(globalThis, { standIn });

const { room, socket, status } = addressesOf(`${location.origin}/${location.search}`);

// The page with all its parts, except that no job is run.
openPage({
  roomName: room,
  host: location.host,
  search: location.search,
  engine: engineAskedFor(location.search),
  ...pageSurroundings(),
  connect: () => connectSocket(socket),
  statusAddress: status,
  startEngine,
  calibrate,
  contribute: (_engine, _ability, onChange) => {
    standIn.started += 1;
    standIn.tell = onChange;
    const finished = new Promise<Ending>((resolve) => {
      standIn.end = (ending) => {
        onChange({ kind: 'left', reason: ending.reason });
        resolve(ending);
      };
    });
    return {
      finished,
      async leave() {
        standIn.asked.push('leave');
        onChange({ kind: 'leaving' });
        await finished;
      },
    };
  },
});
