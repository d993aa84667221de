import type { Objects } from '../core/peer/objects.js';
import type { Socket } from '../core/protocol/socket.js';
import { encodeCells } from '../core/result/cells.js';
import { checksumsOf } from '../core/result/checksums.js';
import { sha256 } from '../core/trust/roots/hash.js';
import { connectSocket } from '../peer-node/socket.js';

/**
 * What makes a peer compute and sign truly, and bring other chunks of an output to the store than it signed for: it names
 * those when it asks for addresses. `cells`: of a whole chunk.
 */
export async function lyingStorer(output: string, cells: number) {
  const bytes = await encodeCells(new Float32Array(cells).fill(0.5));
  const checksums = await checksumsOf(bytes, sha256);
  const isOf = (key: string) => key.includes(`/${output}/`);

  const connect = async (url: string): Promise<Socket> => {
    const honest = await connectSocket(url);
    return {
      listen: (listener) => honest.listen(listener),
      close: () => honest.close(),
      send: (message) => honest.send(typeof message === 'string' ? changed(message) : message),
    };
  };
  const changed = (text: string): string => {
    const message = JSON.parse(text) as { type: string; objects?: { key: string }[] };
    if (message.type !== 'upload') return text;
    const objects = message.objects?.map((object) =>
      isOf(object.key) ? { key: object.key, bytes: bytes.length, ...checksums } : object,
    );
    return JSON.stringify({ ...message, objects });
  };
  const objects = (honest: Objects): Objects => ({
    get: (key) => honest.get(key),
    show: (url, shown) => honest.show(url, shown),
    take: (url) => honest.take(url),
    put: (url, own, ownChecksums) =>
      isOf(url) ? honest.put(url, bytes, checksums) : honest.put(url, own, ownChecksums),
  });
  return { connect, objects };
}
