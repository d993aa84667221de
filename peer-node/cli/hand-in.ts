import type { InputObject, RoomApi } from './api.js';
import type { PreparedJob } from './parts.js';

/** Inputs travel together up to these: few round trips, little memory. */
const BATCH_OBJECTS = 64;
const BATCH_BYTES = 8 * 1024 * 1024;

/** Hands a job in with all it starts from, and lets it start. Resolves to its id. Throws what RoomApi throws. */
export async function handIn(api: RoomApi, { work, inputs }: PreparedJob): Promise<string> {
  const { id, started } = await api.submit(work.file);
  if (started) return id;
  for await (const batch of batches(inputs(id))) await api.addInputs(id, batch);
  await api.start(id);
  return id;
}

async function* batches(objects: AsyncIterable<InputObject>): AsyncGenerator<readonly InputObject[]> {
  let batch: InputObject[] = [];
  let bytes = 0;
  for await (const object of objects) {
    batch.push(object);
    bytes += object.bytes.byteLength;
    if (batch.length === BATCH_OBJECTS || bytes >= BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
