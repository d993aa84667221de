import { createHash } from 'node:crypto';
import express, { type Request, Router } from 'express';
import { MAX_UPLOAD_BYTES } from '../../core/protocol/limits.js';
import type { JobDesk } from '../jobs.js';
import type { Rights } from '../rights.js';
import { isKey } from '../store/key.js';
import type { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { Refusal } from './refusal.js';

export interface ObjectOptions {
  readonly store: Store;
  readonly signer: UploadSigner;
  readonly rights: Rights;
  readonly jobs: JobDesk;
}

type ObjectRequest = Request<{ key: string[] }>;

/** @throws Refusal where the path is no key. */
function keyOf(request: ObjectRequest): string {
  const key = request.params.key.join('/');
  if (isKey(key)) return key;
  throw new Refusal(400, 'key', 'this path is no key of the store');
}

/**
 * `/store/<key>`: reading for whoever may take part in the job's room, writing for signed addresses. A store that
 * peers reach by themselves is read by a redirection to it.
 */
export function objectRoutes({ store, signer, rights, jobs }: ObjectOptions): Router {
  const router = Router();

  router.get('/store/*key', async (request: ObjectRequest, response) => {
    const key = keyOf(request);
    const room = await jobs.roomOf(request.params.key[1] ?? '');
    if (room === undefined) throw absent(key);
    rights.requirePart(request, room);
    if (store.direct !== undefined) {
      // The signature is this reader's right; nobody else is to find it.
      response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
      response.redirect(307, await store.direct.downloadAddress(key));
      return;
    }
    const bytes = await store.get(key);
    if (bytes === undefined) throw absent(key);
    // Others' bytes: shown as such, never as a page of ours.
    response.set({ 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    response.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });

  router.put(
    '/store/*key',
    (request: ObjectRequest, _response, next) => {
      checkUpload(signer, request);
      next();
    },
    // Stored as it comes: what is compressed stays so.
    express.raw({ limit: MAX_UPLOAD_BYTES, type: () => true, inflate: false }),
    async (request: ObjectRequest, response) => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      checkDigest('md5', request.headers['content-md5'], body);
      checkDigest('sha256', queryOf(request).get('sha256') ?? undefined, body);
      await store.put(keyOf(request), body);
      response.status(204).end();
    },
  );
  return router;
}

const absent = (key: string) => new Refusal(404, 'no-such-object', `there is no object ${key}`);

/** @throws Refusal, by the word that S3 has for it, where the body is not the one that was sent. */
function checkDigest(
  hash: 'md5' | 'sha256',
  announced: string | string[] | undefined,
  body: Uint8Array,
): void {
  if (announced === undefined) return;
  if (createHash(hash).update(body).digest('base64') === announced) return;
  throw new Refusal(400, 'BadDigest', 'other bytes came than were sent; send them again');
}

const queryOf = (request: ObjectRequest) => new URLSearchParams(request.url.slice(request.url.indexOf('?')));

/** @throws Refusal unless the address is signed for exactly this object. */
function checkUpload(signer: UploadSigner, request: ObjectRequest): void {
  const query = queryOf(request);
  const bytes = Number(query.get('bytes') ?? Number.NaN);
  const until = Number(query.get('until') ?? Number.NaN);
  const [signature, sha256] = [query.get('signature') ?? '', query.get('sha256') ?? ''];
  switch (signer.verify({ key: keyOf(request), bytes, sha256, until, signature })) {
    case 'forged':
      throw new Refusal(403, 'rights', 'this address is not signed for this object; ask for one');
    case 'expired':
      throw new Refusal(
        403,
        'expired',
        'this address was good for a while and no longer is; ask for a new one',
      );
    case 'valid':
      break;
  }
  const { 'content-length': length } = request.headers;
  if (length === undefined)
    throw new Refusal(411, 'length', 'say how long the object is: send Content-Length');
  if (Number(length) !== bytes) {
    throw new Refusal(400, 'length', `this address is for ${bytes} bytes, and ${length} were announced`);
  }
}
