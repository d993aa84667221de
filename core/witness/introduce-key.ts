import { bytesToHex } from '@noble/hashes/utils';
import type { Engine } from '../../shaders/engine.js';
import type { Session } from '../protocol/session.js';
import { runTestWindow } from '../trust/classes/test-window.js';
import { keyProof } from '../trust/statement/ed25519.js';
import type { Identity } from './witness.js';

/**
 * Tells the coordinator which key this peer signs with, proves that it has it, and says which numerical class its engine
 * is of. Never rejects: a device that cannot run the test window will not compute either, and is told so then.
 */
export async function introduceKey(
  session: Pick<Session, 'peer' | 'nonce' | 'roomName' | 'send'>,
  { signer }: Identity,
  engine: Engine,
): Promise<void> {
  try {
    const { peer, nonce, roomName: room } = session;
    const { class: numericalClass } = await runTestWindow(engine);
    const proof = bytesToHex(await signer.sign(keyProof({ room, peer, nonce })));
    session.send({ type: 'key', key: signer.key, proof, numericalClass });
  } catch {
    // The calibration and the first shard say what is wrong with the device.
  }
}
