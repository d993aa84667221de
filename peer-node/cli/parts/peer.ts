import * as peer from '../../peer.js';
import { doing } from '../doing.js';
import type { JoinedRoom, JoinOptions } from '../parts.js';

/** A peer on this machine. Throws EngineError where it cannot compute, LinkError where it lacks the transport chosen. */
export function joinRoom({ urls, onStatus, ...choices }: JoinOptions): Promise<JoinedRoom> {
  return peer.joinRoom({
    ...choices,
    urls: urls.map(({ href }) => href),
    onStatus: (status) => onStatus(doing(status)),
  });
}
