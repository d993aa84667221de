import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import express, { type Express } from 'express';
import expressStaticGzip from 'express-static-gzip';
import helmet from 'helmet';
import { type Logger, pino } from 'pino';
import { WebSocketServer } from 'ws';
import { ServeError, type TakenOverError } from '../core/errors.js';
import { MAX_CONTROL_BYTES } from '../core/protocol/limits.js';
import { type ApiOptions, apiRoutes } from './http/api.js';
import { evidenceRoutes } from './http/evidence.js';
import { answerErrors, notFound } from './http/failures.js';
import { type ObjectOptions, objectRoutes } from './http/objects.js';
import { type PlaneOptions, planeRoutes } from './http/planes.js';
import { Refusal } from './http/refusal.js';
import { resultRoutes } from './http/results.js';
import { JobDesk } from './jobs.js';
import type { TakeOptions } from './lease/lease.js';
import { Rights, type Role } from './rights.js';
import type { Conductor, RoomDocument } from './room/conductor.js';
import { IceDesk, type IceOptions } from './room/ice-desk.js';
import { Room } from './room/room.js';
import { Rooms } from './rooms.js';
import { openSecrets } from './secrets.js';
import { Standing } from './standing.js';
import { folderStore } from './store/folder.js';
import { UploadSigner } from './store/signer.js';
import type { Store } from './store/store.js';
import { EvidenceDesk } from './trust/evidence-desk.js';

export interface CoordinatorOptions {
  /** Address to listen at: `127.0.0.1` for this machine alone, `0.0.0.0` for all. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Holds the token and the secret; under `store` all objects, unless they lie elsewhere. */
  readonly folder: string;
  /** Where objects lie instead. Whoever opened it closes it, after the coordinator. */
  readonly store?: Store;
  /** Version of the program, for `GET /api/version`. */
  readonly version: string;
  /** `term`: that of this coordinator, which grows with each that works on the store. */
  readonly makeConductor: (room: {
    name: string;
    document: RoomDocument;
    store: Store;
    term: number;
    evidence: EvidenceDesk;
  }) => Conductor;
  /** What to do while another coordinator works on the store; it refuses where this is left out. */
  readonly whileTaken?: TakeOptions['whileTaken'];
  /** Bytes that a peer may have to show of one span: `MAX_EVIDENCE_BYTES`, unless given. */
  readonly evidenceBytes?: number | undefined;
  /** Goes on with the jobs that a coordinator of this folder or bucket had not ended. */
  readonly resume?: boolean;
  /** A folder of built pages, served at `/`. */
  readonly pages?: string;
  /** The origin that others reach it by, where a proxy stands in front. Then no request counts as local. */
  readonly publicUrl?: string;
  /** STUN and TURN servers, for peers that have no direct way to one another. */
  readonly ice?: IceOptions;
  /** Silent where it is left out. */
  readonly log?: Logger;
}

export interface Coordinator {
  /** As reached from this machine, without a slash at the end. */
  readonly url: string;
  /** Submitting and stopping take it. */
  readonly token: string;
  /** Made by this start: show it, once. */
  readonly tokenIsNew: boolean;
  /** A link for others to take part in the first room. */
  readonly invitation: string;
  /** `standby`: another coordinator works on the store, and this one waits for its end. */
  readonly standing: 'active' | 'standby' | 'over';
  /** Resolves when it works; at once, unless it stands by. */
  readonly active: Promise<void>;
  /** Resolves when another coordinator has taken over: this one has ended its runs, and is to be closed. */
  readonly lost: Promise<TakenOverError>;
  readonly store: Store;
  readonly jobs: JobDesk;
  /** The room of that name, made where there is none. @throws Refusal for a bad name, or too many rooms. */
  room(name: string): Room;
  invitationTo(room: string): string;
  /** Ends conductors, connections and the server. Closing again changes nothing. */
  close(): Promise<void>;
}

/** Where a link of each role leads. */
const PAGE_OF: Readonly<Record<Role, string>> = { watch: '/watch', contribute: '/', run: '/lab' };

/** The room that is always there. */
export const FIRST_ROOM = 'main';

/**
 * Resolves when it works, or stands by.
 * @throws ServeError where it cannot listen, StoreError where its folder cannot be used, LeaseTakenError where another
 * coordinator works on the store.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { folder, host, port, publicUrl, log = pino({ level: 'silent' }) } = options;
  const secrets = await openSecrets(folder);
  const signer = new UploadSigner(secrets.key('upload'));
  const store = options.store ?? (await folderStore(join(folder, 'store'), signer));
  const rights = new Rights({
    token: secrets.token,
    inviteKey: secrets.key('invite'),
    behindProxy: publicUrl !== undefined,
  });
  const jobs = new JobDesk(store);
  const linkTo = (room: string, role: Role): string =>
    `${reachableAt(server, options)}${PAGE_OF[role]}?${new URLSearchParams({ room, invite: rights.invite(room, role) })}`;
  const standing = new Standing(store, options.whileTaken ?? 'refuse');
  const evidence = new EvidenceDesk(options.evidenceBytes);
  let term = 0;
  const rooms = new Rooms(
    (name) =>
      new Room({
        name,
        log,
        ice: new IceDesk(options.ice ?? { servers: [] }),
        makeConductor: (document) => options.makeConductor({ name, document, store, term, evidence }),
      }),
  );

  const server: Server = createServer(
    pagesAndRoutes({
      version: options.version,
      rooms,
      rights,
      jobs,
      linkTo,
      store,
      signer,
      evidence,
      log,
      pages: options.pages,
      standing,
    }),
  );
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CONTROL_BYTES,
    // Halos never pass here; what does is small, and deflate's windows would cost more than they save.
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    admit(request, socket, () => {
      standing.require();
      const name = roomOfPath(request);
      const mayCompute = rights.roleIn(request, name) !== 'watch';
      const room = rooms.open(name);
      const address = request.socket.remoteAddress ?? 'unknown';
      sockets.handleUpgrade(request, socket, head, (webSocket) =>
        room.accept(webSocket, { address, mayCompute }),
      );
    });
  });

  const begin = async () => {
    term = await standing.active;
    rooms.open(FIRST_ROOM);
    if (!options.resume) return;
    await jobs.resume(
      (name) => rooms.open(name),
      (id, error) => log.error({ err: error, job: id }, 'a job cannot go on: it cannot be read'),
    );
  };
  try {
    if (options.whileTaken !== 'wait') await standing.active;
    await listening(server, host, port);
    await standing.known;
  } catch (error) {
    server.close();
    await standing.close();
    throw error;
  }
  const active = begin();
  active.catch(() => {});
  if (standing.kind === 'active') await active;
  const lost = standing.lost.then(async (error) => {
    await rooms.close();
    return error;
  });
  const { port: bound } = server.address() as AddressInfo;
  const invitationTo = (room: string) => linkTo(room, 'contribute');

  let closing: Promise<void> | undefined;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    await rooms.close();
    sockets.close();
    server.closeAllConnections();
    await closed;
    await standing.close();
  };

  return {
    url: originOf(isWildcard(host) ? '127.0.0.1' : host, bound),
    token: secrets.token,
    tokenIsNew: secrets.tokenIsNew,
    invitation: invitationTo(FIRST_ROOM),
    invitationTo,
    get standing() {
      return standing.kind;
    },
    active,
    lost,
    store,
    jobs,
    room: (name) => rooms.open(name),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

interface Served extends ApiOptions, PlaneOptions, ObjectOptions {
  readonly pages: string | undefined;
  readonly log: Logger;
  readonly standing: Standing;
  readonly evidence: EvidenceDesk;
}

function pagesAndRoutes(served: Served): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    helmet({
      // Threads in the browser need shared memory, and that needs cross-origin isolation.
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      crossOriginEmbedderPolicy: { policy: 'require-corp' },
      contentSecurityPolicy: {
        directives: {
          'script-src': ["'self'", "'wasm-unsafe-eval'"],
          'connect-src': ["'self'", ...(served.store.direct ? [served.store.direct.origin] : [])],
          'worker-src': ["'self'", 'blob:'],
          // Plain http on this machine is the first use.
          'upgrade-insecure-requests': null,
        },
      },
      // Whether https is for ever is for whoever runs the proxy to say.
      strictTransportSecurity: false,
    }),
  );
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true, standing: served.standing.kind });
  });
  app.get('/readyz', (_request, response) => {
    served.standing.require();
    response.json({ ok: true });
  });
  app.use((_request, _response, next) => {
    served.standing.require();
    next();
  });
  app.use(
    apiRoutes(served),
    resultRoutes(served),
    planeRoutes(served),
    objectRoutes(served),
    evidenceRoutes(served.evidence),
  );
  if (served.pages !== undefined) {
    // The build leaves compressed files beside the others.
    const serveStatic = { extensions: ['html'] };
    app.use(expressStaticGzip(served.pages, { enableBrotli: true, orderPreference: ['br'], serveStatic }));
  }
  app.use(notFound, answerErrors(served.log));
  return app;
}

/** Runs `upgrade`; what it refuses is answered in HTTP, with a reason. */
function admit(request: IncomingMessage, socket: Duplex, upgrade: () => void): void {
  socket.on('error', () => socket.destroy());
  try {
    upgrade();
  } catch (error) {
    const refusal =
      error instanceof Refusal ? error : new Refusal(500, 'internal', `no WebSocket at ${request.url}`);
    const body = JSON.stringify(refusal);
    socket.end(
      [
        `HTTP/1.1 ${refusal.status} Refused`,
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  }
}

function roomOfPath({ url }: IncomingMessage): string {
  const room = url?.match(/^\/ws\/([^/?]+)(\?|$)/)?.[1];
  if (room === undefined) throw new Refusal(404, 'not-found', 'WebSockets are at /ws/<room>');
  return room;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const fix =
        error.code === 'EADDRINUSE'
          ? 'something listens there already; choose another port'
          : `${error.message}; choose another address or port`;
      reject(new ServeError(`cannot listen at ${host}:${port}: ${fix}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** The origin by which others reach a server that listens. */
function reachableAt(server: Server, { publicUrl, host }: CoordinatorOptions): string {
  const { port } = server.address() as AddressInfo;
  return publicUrl?.replace(/\/+$/, '') ?? originOf(outsideAddress(host), port);
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

const originOf = (host: string, port: number) => `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** Where other machines reach a server that listens at `host`. */
function outsideAddress(host: string): string {
  if (!isWildcard(host)) return host;
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
