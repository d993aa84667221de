import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { StoreUnavailableError } from '../../core/errors.js';
import { UPLOAD_VALID_MS } from '../../core/protocol/limits.js';
import type { Checksums } from '../../core/result/checksums.js';
import { checkRange, checkUploadLength } from './checks.js';
import { checkKey, checkPrefix, isKey, isKeyPart } from './key.js';
import { locationOf, type S3Address } from './s3-address.js';
import { guarded, OBJECT_TYPE } from './s3-body.js';
import { type Patience, S3Connection, USUAL_PATIENCE } from './s3-connection.js';
import { isAbsent, statusOf } from './s3-failures.js';
import { type Marked, markedObject, markedWith } from './s3-mark.js';
import { MULTIPART_FROM_BYTES, putInParts } from './s3-multipart.js';
import type { ByteRange, DirectAccess, Store, Version, Versioned } from './store.js';

const SHA256_HEADER = 'x-amz-checksum-sha256';

/** Signed addresses to read by are followed at once. */
const DOWNLOAD_VALID_MS = 5 * 60_000;

/** A store in a bucket. Whoever opened it closes it. */
export interface S3Store extends Store {
  readonly direct: DirectAccess;
  close(): void;
}

/**
 * Opens a store in a bucket of any server that speaks S3 and honours If-None-Match. Its key comes from where the AWS
 * SDK looks: the environment, AWS's files, the machine's role.
 * @throws StoreError where the bucket can't be listed: no key or a wrong one, no such bucket, a wrong clock.
 * @throws StoreUnavailableError where nothing answers.
 */
export async function s3Store(address: S3Address, patience: Patience = USUAL_PATIENCE): Promise<S3Store> {
  const server = new S3Connection(address, patience);
  try {
    const bucket = new Bucket(server);
    await bucket.look();
    const origin = new URL(await bucket.downloadAddress('any')).origin;
    return {
      location: locationOf(address),
      direct: { origin, downloadAddress: (key) => bucket.downloadAddress(key) },
      get: async (key, range) => (await bucket.read(key, range))?.bytes,
      getVersioned: (key) => bucket.read(key),
      put: (key, bytes) => bucket.put(key, bytes),
      create: async (key, bytes) => (await bucket.putIf({ IfNoneMatch: '*' }, key, bytes)) !== undefined,
      replace: (key, bytes, version) => bucket.putIf({ IfMatch: bucket.etag(version) }, key, bytes),
      list: (prefix) => bucket.list(prefix),
      folders: (prefix) => bucket.folders(prefix),
      remove: (key) => bucket.remove(key),
      uploadAddress: (key, bytes, checksums) => bucket.uploadAddress(key, bytes, checksums),
      close: () => server.close(),
    };
  } catch (error) {
    server.close();
    throw error;
  }
}

/** A write refused for a condition that holds: what was in its way is gone, or the server means another thing by it. */
export class DoubtfulRefusalError extends StoreUnavailableError {}

/** What must be so for a write to be made. */
type Condition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string };

/** A refusal is believed only where the object bears it out: the one in the way may be gone by now. */
const holds = (condition: Condition, found: Marked | undefined): boolean =>
  'IfMatch' in condition
    ? found !== undefined && bare(found.version) === bare(condition.IfMatch)
    : found === undefined;

const bare = (etag: string): string => etag.replaceAll('"', '');

class Bucket {
  readonly #server: S3Connection;
  /** What stands before each key in the bucket. */
  readonly #before: string;

  constructor(server: S3Connection) {
    const { prefix } = server.address;
    this.#server = server;
    this.#before = prefix === '' ? '' : `${prefix}/`;
  }

  get #location(): string {
    return locationOf(this.#server.address);
  }

  /** Asks for one key: the one request that shows a wrong key, bucket, region and clock each for what it is. */
  async look(): Promise<void> {
    const first = { Bucket: this.#server.address.bucket, Prefix: this.#before, MaxKeys: 1 };
    await this.#server.ask((client) => client.send(new ListObjectsV2Command(first)));
  }

  async read(key: string, range?: ByteRange): Promise<Versioned | undefined> {
    const object = this.#object(key);
    if (range !== undefined) checkRange(range);
    const command = { ...object, ...(range !== undefined && { Range: rangeHeader(range) }) };
    return this.#server.ask(async (client) => {
      try {
        const { Body, ETag = '' } = await client.send(new GetObjectCommand(command));
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), version: ETag };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        // The range begins where the object has ended.
        if (statusOf(error) === 416) return { bytes: new Uint8Array(), version: '' };
        throw error;
      }
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const object = this.#object(key);
    if (bytes.length >= MULTIPART_FROM_BYTES) return putInParts(this.#server, object.Key, bytes);
    const body = guarded(bytes, this.#server.address.checksums);
    await this.#server.ask((client) =>
      client.send(new PutObjectCommand({ ...object, ...OBJECT_TYPE, ...body })),
    );
  }

  /** In one request of any length, for not every server heeds conditions on uploads in parts. */
  async putIf(condition: Condition, key: string, bytes: Uint8Array): Promise<Version | undefined> {
    const object = this.#object(key);
    const mark = randomUUID();
    const command = {
      ...object,
      ...OBJECT_TYPE,
      ...markedWith(mark),
      ...condition,
      ...guarded(bytes, this.#server.address.checksums),
    };
    return this.#server.ask(async (client) => {
      try {
        return (await client.send(new PutObjectCommand(command))).ETag ?? '';
      } catch (error) {
        if (statusOf(error) !== 412 && !isAbsent(error)) throw error;
        const found = await markedObject(client, object);
        // An earlier try had been carried out, and its answer was lost.
        if (found?.mark === mark) return found.version;
        if (!holds(condition, found)) return undefined;
        throw new DoubtfulRefusalError(
          `the store ${this.#location} refuses a write for a condition that holds: try again later`,
          { cause: error },
        );
      }
    });
  }

  async *list(prefix: string): AsyncIterable<string> {
    checkPrefix(prefix);
    for await (const { Contents } of this.#pages({ Prefix: this.#before + prefix })) {
      for (const { Key } of Contents ?? []) {
        const key = Key?.slice(this.#before.length) ?? '';
        // Other programs' objects, such as empty ones that stand for folders, are none of ours.
        if (isKey(key)) yield key;
      }
    }
  }

  async *folders(prefix: string): AsyncIterable<string> {
    checkPrefix(prefix);
    const within = this.#before + prefix;
    for await (const { CommonPrefixes } of this.#pages({ Prefix: within, Delimiter: '/' })) {
      for (const { Prefix } of CommonPrefixes ?? []) {
        const name = Prefix?.slice(within.length, -1) ?? '';
        if (isKeyPart(name)) yield name;
      }
    }
  }

  async *#pages(
    what: Pick<ListObjectsV2CommandInput, 'Prefix' | 'Delimiter'>,
  ): AsyncIterable<ListObjectsV2CommandOutput> {
    let token: string | undefined;
    do {
      const { bucket } = this.#server.address;
      const command = new ListObjectsV2Command({ Bucket: bucket, ...what, ContinuationToken: token });
      const page = await this.#server.ask((client) => client.send(command));
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async remove(key: string): Promise<void> {
    const object = this.#object(key);
    await this.#server.ask((client) => client.send(new DeleteObjectCommand(object)));
  }

  /** Good for one object of that type, exact length and checksums. */
  async uploadAddress(key: string, bytes: number, checksums?: Checksums): Promise<string> {
    const object = this.#object(key);
    checkUploadLength(bytes);
    const bound = checksums && { ContentMD5: checksums.md5, ChecksumSHA256: checksums.sha256 };
    return this.#signed(
      new PutObjectCommand({ ...object, ...OBJECT_TYPE, ContentLength: bytes, ...bound }),
      UPLOAD_VALID_MS,
      ['host', 'content-type', 'content-length', ...(bound ? ['content-md5', SHA256_HEADER] : [])],
    );
  }

  async downloadAddress(key: string): Promise<string> {
    const answer = { ResponseContentType: OBJECT_TYPE.ContentType, ResponseCacheControl: 'no-store' };
    return this.#signed(new GetObjectCommand({ ...this.#object(key), ...answer }), DOWNLOAD_VALID_MS, [
      'host',
    ]);
  }

  /** A version as the server wants it in If-Match. */
  etag(version: Version): string {
    return this.#server.address.etags === 'bare' ? bare(version) : `"${bare(version)}"`;
  }

  #signed(
    command: PutObjectCommand | GetObjectCommand,
    validMs: number,
    headers: readonly string[],
  ): Promise<string> {
    return this.#server.ask((client) =>
      getSignedUrl(client, command, {
        expiresIn: validMs / 1000,
        // The server's time, as the SDK has learnt it where this machine's clock is wrong.
        signingDate: new Date(Date.now() + client.config.systemClockOffset),
        signableHeaders: new Set(headers),
        // In the query it would bind nothing.
        unhoistableHeaders: new Set([SHA256_HEADER]),
      }),
    );
  }

  #object(key: string) {
    checkKey(key);
    return { Bucket: this.#server.address.bucket, Key: this.#before + key };
  }
}

function rangeHeader(range: ByteRange): string {
  return 'last' in range ? `bytes=-${range.last}` : `bytes=${range.from}-${range.from + range.length - 1}`;
}
