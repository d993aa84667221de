import express, { Router } from 'express';
import { MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import type { EvidenceDesk } from '../trust/evidence-desk.js';
import { Refusal } from './refusal.js';

/** `PUT /evidence/<token>`: what a peer shows of a span that it signed. The token is its right, once. */
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
    express.raw({ limit: MAX_EVIDENCE_BYTES, type: () => true, inflate: false }),
    ({ params, body }, response) => {
      desk.deliver(String(params.token), body instanceof Uint8Array ? body : new Uint8Array());
      response.status(204).end();
    },
  );
  return router;
}
