import type { RoomApi } from './api.js';
import type { PreparedJob } from './parts.js';

/** Hands a job in with all it starts from, and lets it start. Resolves to its id. Throws what RoomApi throws. */
export async function handIn(api: RoomApi, { job, inputs }: PreparedJob): Promise<string> {
  const { id, uploads } = await api.submit(job.file);
  const addresses = new Map(uploads.map(({ key, url }) => [key, url]));
  for await (const { key, bytes } of inputs(id)) {
    const url = addresses.get(key);
    if (url === undefined) throw new Error(`the coordinator gave no address for ${key}`);
    await api.upload(url, bytes);
  }
  await api.start(id);
  return id;
}
