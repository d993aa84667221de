import { DEFAULT_ROOM } from './options.js';

/** A coordinator and a room in it, as an invitation or a plain address names them. */
export interface RoomAddress {
  readonly origin: string;
  readonly room: string;
}

export function roomAddress(url: URL): RoomAddress {
  return { origin: url.origin, room: url.searchParams.get('room') ?? DEFAULT_ROOM };
}
