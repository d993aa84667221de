import { once } from 'node:events';
import { connectSocket } from '../../peer-node/socket.js';
import { openTransports } from '../../peer-node/transports.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { type FleetPeer, joinRoom } from '../../test/fleet.js';
import { paced } from '../../test/paced-engine.js';
import { behindUplink, farSocket, type Way } from './emulated-wan.js';

/** A device that is played: its halos, channels and messages are real. */
export interface PlayedDevice {
  readonly name: string;
  /** Cell updates a second. */
  readonly pace: number;
  readonly way: Way;
}

/** What a process of played devices is told: first whom to play, then how fast one of them is from now on. */
export type Told =
  | { readonly type: 'play'; readonly url: string; readonly devices: readonly PlayedDevice[] }
  | { readonly type: 'pace'; readonly name: string; readonly pace: number };

/** What it answers, once all of its devices have joined. */
export interface Joined {
  readonly type: 'joined';
}

/** Plays devices in this process as its parent says, until that disconnects. */
export async function playDevices(): Promise<void> {
  const paces = new Map<string, number>();
  const peers: Promise<FleetPeer>[] = [];
  process.on('message', (told: Told) => {
    switch (told.type) {
      case 'pace':
        paces.set(told.name, told.pace);
        return;
      case 'play':
        for (const device of told.devices) {
          paces.set(device.name, device.pace);
          peers.push(play(told.url, device, () => paces.get(device.name) as number));
        }
        void Promise.all(peers).then(() => process.send?.({ type: 'joined' } satisfies Joined));
    }
  });
  await once(process, 'disconnect');
  await Promise.allSettled(peers.map(async (peer) => (await peer).close()));
}

async function play(url: string, { name, way, pace }: PlayedDevice, now: () => number): Promise<FleetPeer> {
  return joinRoom(url, {
    name,
    rate: pace,
    // As a GPU's, its time goes by updates alone: a processor is taken to save memory's with several steps at once, which it does not.
    engine: { ...paced(await createWasmEngine(), now), kind: 'webgpu' },
    transport: behindUplink(await openTransports('datachannel'), way),
    connect: async (address) => farSocket(await connectSocket(address), way),
  });
}
