import '../without-eval.js';

import { calibrate } from '../../core/peer/calibrate.js';
import type { ContributorStatus } from '../../core/peer/contributor.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import type { Ending } from '../../core/protocol/session.js';
import { engineAskedFor } from '../engines.js';
import { startEngine } from '../remote-engine.js';
import { connectSocket } from '../socket.js';
import { openPage } from './page.js';

/** The contributor's part, played by a test: what it says, and how often it was asked. */
export interface StandIn {
  started: number;
  asked: 'leave'[];
  tell(status: ContributorStatus): void;
  end(ending: Ending): void;
}

const standIn: StandIn = { started: 0, asked: [], tell: () => {}, end: () => {} };
Object.assign(globalThis, { standIn });

const { room, socket, status } = addressesOf(`${location.origin}/${location.search}`);

// The page with all its parts, except that no job is run.
openPage({
  roomName: room,
  host: location.host,
  engine: engineAskedFor(location.search),
  surroundings: { gpu: navigator.gpu, isSecureContext },
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
