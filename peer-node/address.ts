/** A room of a coordinator, as an invitation or a plain address names it. */
export interface RoomAddress {
  readonly origin: string;
  readonly room: string;
  /** What an invitation carries; needed from other machines. */
  readonly invite?: string;
}

const DEFAULT_ROOM = 'main';

export function roomAddress(url: URL): RoomAddress {
  const invite = url.searchParams.get('invite');
  return {
    origin: url.origin,
    room: url.searchParams.get('room') ?? DEFAULT_ROOM,
    ...(invite !== null && { invite }),
  };
}

/** Whether an address leads to this machine by its very name. */
export function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
