import { S3ServiceException } from '@aws-sdk/client-s3';
import { StoreError, StoreUnavailableError } from '../../core/errors.js';
import { locationOf, type S3Address } from './s3-address.js';

/** The HTTP status an error came with; undefined where no answer came. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/**
 * The server's clock and ours differ. The SDK has learnt the server's time from its answer, so it may agree when it
 * is asked again; or it was one of several servers whose clock is off.
 */
export const isOfClock = (error: unknown): boolean => nameOf(error) === 'RequestTimeTooSkewed';

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** The object is not there; that the bucket isn't is another matter. */
export const isAbsent = (error: unknown): boolean =>
  statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';

const KEY_REFUSED = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'ExpiredToken'];
const WRONG_REGION = [
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
];
const FULL = ['QuotaExceeded', 'InsufficientStorage', 'InsufficientCapacity', 'XMinioStorageFull'];
const WRONG_CHECKSUM = [
  'BadDigest',
  'InvalidDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
];
/** With a status of 400, though the same request may well pass. */
const CUT_SHORT = ['RequestTimeout', 'IncompleteBody'];

/** Says in one line which store fails, how, and what to do. */
export function explained(error: unknown, address: S3Address): StoreError {
  if (error instanceof StoreError) return error;
  const options = { cause: error };
  const where = `the store ${locationOf(address)}`;
  const server = address.endpoint ?? 'AWS';
  const name = nameOf(error);
  const status = statusOf(error);

  if (name === 'CredentialsProviderError') {
    return new StoreError(
      `${where} needs a key, and there is none: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE`,
      options,
    );
  }
  if (/region is missing/i.test(String(error))) {
    return new StoreError(`${where} needs a region: set AWS_REGION, or add ?region= to the address`, options);
  }
  if (isOfClock(error)) {
    return new StoreError(
      `${where} refuses this machine’s time, ${new Date().toISOString()}: set the clock, and keep it by NTP`,
      options,
    );
  }
  if (KEY_REFUSED.includes(name)) {
    return new StoreError(
      `${where} refuses the key (${name}): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the endpoint`,
      options,
    );
  }
  if (name === 'NoSuchBucket') {
    return new StoreError(
      `there is no bucket ${address.bucket} at ${server}: check its name, or make it with groundswell store init`,
      options,
    );
  }
  if (WRONG_REGION.includes(name) || status === 301) {
    return new StoreError(`${where} lies in another region: add ?region= to the address (${name})`, options);
  }
  if (FULL.includes(name) || status === 507) {
    return new StoreError(`${where} is full (${name}): free some space, or raise its quota`, options);
  }
  if (status === 401 || status === 403) {
    return new StoreError(
      `${where} does not let this key do that (${name}): give it rights to list the bucket, and to read, write and delete its objects`,
      options,
    );
  }
  if (WRONG_CHECKSUM.includes(name)) {
    return new StoreUnavailableError(
      `${where} received other bytes than were sent (${name}): check the network and proxies between`,
      options,
    );
  }
  if (CUT_SHORT.includes(name)) {
    return new StoreUnavailableError(
      `${where} did not receive all that was sent (${name}): check the network and proxies between`,
      options,
    );
  }
  if (status === undefined && (isOfNetwork(error) || name === 'TimeoutError')) {
    return new StoreUnavailableError(
      `${where} does not answer at ${server} (${causeOf(error)}): check the endpoint and the network`,
      options,
    );
  }
  // 409: others write the same key just now, which decides nothing.
  if (status !== undefined && (status >= 500 || status === 429 || status === 409)) {
    return new StoreUnavailableError(
      `${where} is overloaded or failing (${status} ${name}): try again later`,
      options,
    );
  }
  return new StoreError(
    `${where} failed (${[status, name].filter(Boolean).join(' ')}): ${String((error as Error).message)}`,
    options,
  );
}

const isOfNetwork = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

const causeOf = (error: unknown): string =>
  isOfNetwork(error) ? error.code : error instanceof Error ? error.message : String(error);
