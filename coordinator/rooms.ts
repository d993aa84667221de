import { Refusal } from './http/refusal.js';
import { MAX_ROOMS } from './room/limits.js';
import type { Room } from './room/room.js';

const ROOM_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** The rooms of a coordinator, made when first asked for. */
export class Rooms {
  readonly #make: (name: string) => Room;
  readonly #rooms = new Map<string, Room>();

  constructor(make: (name: string) => Room) {
    this.#make = make;
  }

  /** @throws Refusal 404 where there is no such room. */
  existing(name: string): Room {
    const room = this.#rooms.get(checkedName(name));
    if (room) return room;
    throw new Refusal(404, 'no-such-room', `there is no room ${name}`);
  }

  /** @throws Refusal 400 for a bad name, 503 where there are as many rooms as there may be. */
  open(name: string): Room {
    const known = this.#rooms.get(checkedName(name));
    if (known) return known;
    if (this.#rooms.size >= MAX_ROOMS) {
      throw new Refusal(503, 'full', `there are ${MAX_ROOMS} rooms already; use one of them`);
    }
    const room = this.#make(name);
    this.#rooms.set(name, room);
    return room;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map((room) => room.close()));
  }
}

function checkedName(name: string): string {
  if (ROOM_NAME.test(name)) return name;
  throw new Refusal(400, 'room-name', 'a room is named by up to 32 lower-case letters, digits and "-"');
}
