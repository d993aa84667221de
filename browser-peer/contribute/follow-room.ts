import { z } from 'zod';
import type { Progress, RoomJob, RosterEntry } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { pauseBefore } from '../../core/protocol/reconnect.js';
import { type Ending, watchRoom } from '../../core/protocol/session.js';
import type { Socket } from '../../core/protocol/socket.js';

/** The room as it was last heard of. */
export interface RoomSnapshot {
  readonly connection: RoomConnection;
  readonly job: RoomJob | undefined;
  readonly plan: Plan | undefined;
  readonly progress: Progress | undefined;
  readonly roster: ReadonlyMap<PeerId, RosterEntry>;
}

/** `lost`: tried again by itself; the reason is the coordinator's own or the browser's, where they gave one. `refused`: trying again changes nothing. */
export type RoomConnection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly reason: string | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

export const unknownRoom: RoomSnapshot = {
  connection: { kind: 'connecting' },
  job: undefined,
  plan: undefined,
  progress: undefined,
  roster: new Map(),
};

export interface RoomTools {
  readonly connect: () => Promise<Socket>;
  /** The room's status over HTTP: browsers don't tell a page why a WebSocket was refused. */
  readonly statusAddress: string;
}

/**
 * Watches a room for as long as the page is open, without taking part, and comes back after each loss.
 * What was known stays in the snapshot meanwhile. Resolves when the room refuses this page.
 */
export async function followRoom(
  { connect, statusAddress }: RoomTools,
  onChange: (room: RoomSnapshot) => void,
): Promise<void> {
  let room = unknownRoom;
  let failures = 0;
  const tell = (change: Partial<RoomSnapshot>) => {
    room = { ...room, ...change };
    onChange(room);
  };
  for (;;) {
    const pauses = failures;
    const ending = await watchOnce(connect, (seen) => {
      failures = 0;
      tell(seen);
    });
    const refusal = refusalIn(ending) ?? (await refusalAt(statusAddress));
    if (refusal?.isFinal) return tell({ connection: { kind: 'refused', reason: refusal.reason } });
    // A room that refuses shows itself first: that it was seen is no success.
    if (ending.kind === 'refused') failures = pauses;
    tell({ connection: { kind: 'lost', reason: refusal?.reason ?? offline() } });
    await pause(pauseBefore(failures));
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
    const { room } = watchRoom(socket, {
      changed: () => {
        const { job, plan, progress, roster } = room;
        onChange({ connection: { kind: 'open' }, job, plan, progress, roster });
      },
      ended: resolve,
    });
  });
}

/** What a coordinator has against a page. `isFinal`: the page may not, and trying again changes nothing. */
export interface Refusal {
  readonly reason: string;
  readonly isFinal: boolean;
}

/** That the room has as many watchers as it takes, or failed at something, passes; rights and versions stay as they are. */
function refusalIn({ kind, reason, code }: Ending): Refusal | undefined {
  if (kind !== 'refused') return undefined;
  return { reason, isFinal: code === undefined || code === 'rights' || code === 'version' };
}

/** Undefined where the coordinator has nothing against this page, or can't be reached either. */
export async function refusalAt(statusAddress: string): Promise<Refusal | undefined> {
  try {
    const response = await fetch(statusAddress);
    if (response.ok) return undefined;
    const { message } = refusalSchema.parse(await response.json()).error;
    return { reason: message, isFinal: response.status === 401 || response.status === 403 };
  } catch {
    return undefined;
  }
}

/** What the browser itself knows of why. */
const offline = () => (navigator.onLine ? undefined : 'This device is offline. It is tried again.');

const refusalSchema = z.object({ error: z.object({ message: z.string() }) });

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
