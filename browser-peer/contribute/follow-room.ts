import type { Progress, RoomJob, RosterEntry } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { type Ending, type Socket, watchRoom } from '../../core/protocol/session.js';

/** Pauses between attempts grow to this; a coordinator that restarts is found again within it. */
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 500;

/** The room as it was last heard of. */
export interface RoomSnapshot {
  readonly connection: RoomConnection;
  readonly job: RoomJob | undefined;
  readonly plan: Plan | undefined;
  readonly progress: Progress | undefined;
  readonly roster: ReadonlyMap<PeerId, RosterEntry>;
}

/** `lost`: tried again by itself. `refused`: trying again changes nothing. */
export type RoomConnection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly reason: string };

export const unknownRoom: RoomSnapshot = {
  connection: { kind: 'connecting' },
  job: undefined,
  plan: undefined,
  progress: undefined,
  roster: new Map(),
};

/**
 * Watches a room for as long as the page is open, without taking part, and comes back after each loss.
 * What was known stays in the snapshot meanwhile. Resolves when the room refuses this page.
 */
export async function followRoom(
  connect: () => Promise<Socket>,
  onChange: (room: RoomSnapshot) => void,
): Promise<void> {
  let room = unknownRoom;
  let failures = 0;
  const tell = (change: Partial<RoomSnapshot>) => {
    room = { ...room, ...change };
    onChange(room);
  };
  for (;;) {
    const ending = await watchOnce(connect, (seen) => {
      failures = 0;
      tell(seen);
    });
    if (ending.kind === 'refused') return tell({ connection: { kind: 'refused', reason: ending.reason } });
    tell({ connection: { kind: 'lost' } });
    await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures));
    failures += 1;
  }
}

async function watchOnce(
  connect: () => Promise<Socket>,
  onChange: (seen: RoomSnapshot) => void,
): Promise<Ending> {
  let socket: Socket;
  try {
    socket = await connect();
  } catch (error) {
    return { kind: 'closed', reason: error instanceof Error ? error.message : String(error) };
  }
  return new Promise((resolve) => {
    const view = watchRoom(socket, {
      changed: () =>
        onChange({
          connection: { kind: 'open' },
          job: view.job(),
          plan: view.plan(),
          progress: view.progress(),
          roster: new Map(view.roster()),
        }),
      ended: resolve,
    });
  });
}

/** Varied by half, so that the pages of a room don't all come back at once. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.75 + Math.random() / 2)));
}
