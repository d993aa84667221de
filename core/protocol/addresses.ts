import { ProtocolError } from '../errors.js';

/** Where a room's coordinator is reached, read from the link that people pass on. */
export interface RoomAddresses {
  readonly origin: string;
  readonly room: string;
  /** What an invitation carries; needed from other machines. */
  readonly invite?: string;
  /** Of the WebSocket. */
  readonly socket: string;
  /** Of the room's status, JSON. */
  readonly status: string;
  /** Of what the API says of the room at `path`, which begins with a slash and may have a query. */
  api(path: string): string;
  /** Of an object in the store. */
  object(key: string): string;
  /** Of a signed upload, which the coordinator may give relative to itself. */
  upload(address: string): string;
}

const LINK = /^(https?):\/\/([^/?#\s]+)\/?(?:\?([^#\s]*))?$/;

/**
 * `link` is a coordinator's url, alone or with `?room=…&invite=…`; the room is `main` where it names none.
 * @throws ProtocolError where it is no such link.
 */
export function addressesOf(link: string): RoomAddresses {
  const parts = LINK.exec(link);
  if (parts === null) {
    throw new ProtocolError(
      `${link} is no link to a coordinator; it looks like http://host:port/?room=main&invite=…`,
    );
  }
  const [, scheme = '', host = '', query = ''] = parts;
  const room = valueIn(query, 'room') ?? 'main';
  const invite = valueIn(query, 'invite');
  const rights = invite === undefined ? '' : `?invite=${invite}`;
  const origin = `${scheme}://${host}`;
  return {
    origin,
    room,
    ...(invite !== undefined && { invite }),
    socket: `${scheme === 'https' ? 'wss' : 'ws'}://${host}/ws/${room}${rights}`,
    status: `${origin}/api/rooms/${room}${rights}`,
    api: (path) => {
      const right = path.includes('?') ? rights.replace('?', '&') : rights;
      return `${origin}/api/rooms/${room}${path}${right}`;
    },
    object: (key) => `${origin}/store/${key}${rights}`,
    upload: (address) => (address.startsWith('/') ? origin + address : address),
  };
}

function valueIn(query: string, name: string): string | undefined {
  const pair = query.split('&').find((candidate) => candidate.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
