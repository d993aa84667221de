import express, { Router } from 'express';
import { MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { EvidenceDesk } from '../trust/evidence-desk.js';
import { Refusal } from './refusal.js';

/**
 * `PUT /evidence/<token>`: what a peer shows of a span that it signed. The token is its right, once. `GET`: what an inspector is to
 * compute again; the token is its right as long as it is asked.
 */
export function evidenceRoutes(desk: EvidenceDesk): Router {
  const router = Router();
  router.put(
    '/evidence/:token',
    ({ params, headers }, _response, next) => {
      const due = desk.due(params.token);
      if (due === undefined) throw new Refusal(404, 'no-such-object', 'nobody waits for this any more');
      if (Number(headers['content-length']) !== due) {
        throw new Refusal(400, 'length', `this address is for ${due} bytes`);
      }
      next();
    },
    express.raw({ limit: Math.max(MAX_EVIDENCE_BYTES, desk.largest), type: () => true, inflate: false }),
    ({ params, body }, response) => {
      desk.deliver(String(params.token), body instanceof Uint8Array ? body : new Uint8Array());
      response.status(204).end();
    },
  );
  router.get('/evidence/:token', ({ params }, response) => {
    const bytes = desk.offered(params.token);
    if (!bytes) throw new Refusal(404, 'no-such-object', 'nobody is to compute this again any more');
    response.set({ 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    response.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
  return router;
}
