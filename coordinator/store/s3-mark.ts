import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { isAbsent } from './s3-failures.js';
import type { Version } from './store.js';

// An answer may be lost on its way. Tried again, a write that had been carried out is refused, as if another had
// made it. So each write that may come only once bears a mark of its own, by which it is told from another's.

export const markedWith = (mark: string) => ({ Metadata: { mark } });

/** What an object is known by. */
export interface Marked {
  readonly version: Version;
  readonly mark: string | undefined;
}

/** Undefined where there is no such object. */
export async function markedObject(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<Marked | undefined> {
  try {
    const { Metadata, ETag = '' } = await client.send(new HeadObjectCommand(object));
    return { version: ETag, mark: Metadata?.mark };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
