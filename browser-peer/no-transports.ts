import { LinkError } from '../core/errors.js';
import type { TransportFactory } from '../core/links/transport.js';

/** For a browser without WebRTC: no link is made directly, so each goes through the coordinator. */
export function noTransports(): TransportFactory {
  return {
    connect() {
      const opened = Promise.reject(new LinkError('This browser has no WebRTC, or it is switched off.'));
      opened.catch(() => {});
      return { opened, signal: () => {}, abandon: () => {} };
    },
    close: async () => {},
  };
}
