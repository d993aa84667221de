import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type Ceph, missingPrograms, startCeph } from './ceph.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers where the S3 server is; starts it when it is first asked. */
    s3Desk: string;
  }
}

/** One Ceph for the whole test run, started by the first test that asks for it: most runs need none. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let ceph: Promise<Ceph> | undefined;
  const answer = async () => {
    const missing = await missingPrograms();
    if (missing.length > 0) return { why: `no ${missing.join(', no ')} on this machine` };
    ceph ??= startCeph();
    return (await ceph).server;
  };
  const desk = createServer((_request, response) => {
    answer().then(
      (server) => response.end(JSON.stringify(server)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  desk.listen(0, '127.0.0.1');
  await once(desk, 'listening');
  project.provide('s3Desk', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    desk.closeAllConnections();
    const started = await ceph?.catch(() => undefined);
    await started?.close();
  };
}
