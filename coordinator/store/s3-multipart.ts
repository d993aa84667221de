import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3';
import { guarded, OBJECT_TYPE } from './s3-body.js';
import type { S3Connection } from './s3-connection.js';
import { isAbsent } from './s3-failures.js';
import { markedObject, markedWith } from './s3-mark.js';

/** From here on, one lost connection would cost more than the requests of several parts. */
export const MULTIPART_FROM_BYTES = 16 * 1024 * 1024;

/** Above S3's least, 5 MiB; and 10,000 parts, its most, are 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;

const AT_ONCE = 4;

/** Writes an object in parts. It appears whole, once all of them are there; else nothing of it stays. */
export async function putInParts(server: S3Connection, key: string, bytes: Uint8Array): Promise<void> {
  const { bucket, checksums } = server.address;
  const mark = randomUUID();
  const object = { Bucket: bucket, Key: key };
  const begin = new CreateMultipartUploadCommand({
    ...object,
    ...OBJECT_TYPE,
    ...markedWith(mark),
    ...(checksums === 'crc32' && { ChecksumAlgorithm: 'CRC32' }),
  });
  const { UploadId } = await server.ask((client) => client.send(begin));
  const upload = { ...object, UploadId };
  try {
    const Parts = await sendParts(bytes, (PartNumber, part) => {
      const command = new UploadPartCommand({ ...upload, PartNumber, ...guarded(part, checksums) });
      return server.ask((client) => client.send(command));
    });
    const end = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    await server.ask(async (client) => {
      await client.send(end).catch(async (error) => {
        // A completed upload is no more: tried again, it is not found.
        const isDone = isAbsent(error) && (await markedObject(client, object))?.mark === mark;
        if (!isDone) throw error;
      });
    });
  } catch (error) {
    const abort = new AbortMultipartUploadCommand(upload);
    // The first failure is the one to tell; what can't be given up now, the server's own rules clear away.
    await server.ask((client) => client.send(abort)).catch(() => {});
    throw error;
  }
}

/** Settles once no part is under way: one that came after its upload was given up would stay, and be paid for. */
async function sendParts(
  bytes: Uint8Array,
  send: (number: number, part: Uint8Array) => Promise<UploadPartCommandOutput>,
): Promise<CompletedPart[]> {
  const count = Math.ceil(bytes.length / PART_BYTES);
  const parts: CompletedPart[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next++;
      const part = bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
      const { ETag, ChecksumCRC32 } = await send(index + 1, part).catch((error) => {
        next = count;
        throw error;
      });
      parts[index] = { PartNumber: index + 1, ETag, ChecksumCRC32 };
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return parts;
}
