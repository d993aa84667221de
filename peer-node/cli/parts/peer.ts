import * as peer from '../../peer.js';
import { doing } from '../doing.js';
import type { JoinedRoom, JoinOptions } from '../parts.js';

/** A peer on this machine. Throws EngineError where it cannot compute. */
export function joinRoom({ url, engine, name, onStatus }: JoinOptions): Promise<JoinedRoom> {
  return peer.joinRoom({ url: url.href, engine, name, onStatus: (status) => onStatus(doing(status)) });
}
