import type { Socket } from 'node:net';
import { LinkError } from '../../core/errors.js';
import type {
  ConnectOptions,
  Description,
  SignalData,
  Transport,
  TransportAttempt,
  TransportFactory,
} from '../../core/links/transport.js';
import { type Address, call, type Expected, MeetingPoint } from './meeting-point.js';
import { socketTransport } from './socket-channel.js';

/*
 * A line in a session description beside those of WebRTC, which passes over attributes that it does not know (RFC 8866, 5.13). In an
 * offer it says where to call; in an answer, that the call has been made.
 *
 *   a=x-groundswell-machine:SOCKET KEY
 */
const LINE = /^a=x-groundswell-machine:([0-9a-f]{16}) ([0-9a-f]{32})\r?\n?/m;

/**
 * Links to processes of the same user on the same machine go over a socket between the two, at a small part of what WebRTC takes for a byte; all
 * others by `factory`, which it owns. Nobody has to know beforehand who is where: whoever gets an offer calls, and goes on
 * with WebRTC where nobody answers.
 */
export function sameMachineFirst(factory: TransportFactory): TransportFactory {
  const point = new MeetingPoint();
  const sockets = new Set<Socket>();
  const transportOver = (given: Socket): Transport => {
    const { transport, socket } = socketTransport(given);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return transport;
  };
  return {
    connect(options) {
      // A page has no such sockets, and through a TURN server is not past it.
      if (options.remote === 'browser' || options.relayOnly) return factory.connect(options);
      const tools = { factory, point, transportOver, options };
      return options.initiator ? new Offering(tools) : new Answering(tools);
    },
    async close() {
      await point.close();
      for (const socket of sockets) socket.destroySoon();
      await factory.close();
    },
  };
}

interface Tools {
  readonly factory: TransportFactory;
  readonly point: MeetingPoint;
  readonly transportOver: (socket: Socket) => Transport;
  readonly options: ConnectOptions;
}

/** Offers both ways, and takes the one that the other side comes by. */
class Offering implements TransportAttempt {
  readonly opened: Promise<Transport>;
  readonly #webrtc: TransportAttempt;
  readonly #expected: Promise<Expected | undefined>;
  #isPast = false;
  #near: Transport | undefined;

  constructor({ factory, point, transportOver, options }: Tools) {
    let called: (transport: Transport) => void = () => {};
    const near = new Promise<Transport>((resolve) => {
      called = resolve;
    });
    this.#expected = point.expect((socket) => {
      this.#near = transportOver(socket);
      called(this.#near);
      this.#webrtc.abandon('the other side is on this machine');
    });
    this.#webrtc = factory.connect({ ...options, signal: (offer) => void this.#announce(options, offer) });
    this.opened = Promise.race([near, this.#webrtc.opened]);
    this.opened.catch(() => {}).finally(() => this.#expectNoMore());
  }

  signal(data: SignalData): void {
    if (!addressIn(data)) this.#webrtc.signal(data);
  }

  abandon(reason: string): void {
    this.#expectNoMore();
    this.#near?.close();
    this.#webrtc.abandon(reason);
  }

  async #announce({ signal }: ConnectOptions, offer: SignalData): Promise<void> {
    const expected = await this.#expected;
    if (this.#isPast) return;
    signal(expected && 'sdp' in offer ? withAddress(offer, expected.address) : offer);
  }

  #expectNoMore(): void {
    this.#isPast = true;
    void this.#expected.then((expected) => expected?.forget());
  }
}

/** Calls where it is told to, and answers as WebRTC does where nobody takes the call. */
class Answering implements TransportAttempt {
  readonly opened: Promise<Transport>;
  readonly #tools: Tools;
  #settle!: { readonly resolve: (transport: Transport) => void; readonly reject: (error: Error) => void };
  #webrtc: TransportAttempt | undefined;
  #given = false;
  #near: Transport | undefined;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.opened.catch(() => {});
  }

  signal(data: SignalData): void {
    const address = addressIn(data);
    if (address) void this.#call(address, data);
    else this.#goOn(data);
  }

  abandon(reason: string): void {
    this.#given = true;
    this.#settle.reject(new LinkError(`The connection was not made: ${reason}.`));
    this.#near?.close();
    this.#webrtc?.abandon(reason);
  }

  async #call(address: Address, offer: SignalData): Promise<void> {
    const { transportOver, options } = this.#tools;
    const socket = await call(address);
    if (this.#given) return void socket?.destroy();
    if (!socket) return this.#goOn(offer);
    options.signal(withAddress({ type: 'answer', sdp: '' }, address));
    this.#near = transportOver(socket);
    this.#settle.resolve(this.#near);
  }

  #goOn(data: SignalData): void {
    if (this.#given) return;
    const { factory, options } = this.#tools;
    this.#webrtc ??= factory.connect(options);
    this.#webrtc.opened.then(this.#settle.resolve, this.#settle.reject);
    this.#webrtc.signal(data);
  }
}

function addressIn(data: SignalData): Address | undefined {
  const [, socket, key] = ('sdp' in data && LINE.exec(data.sdp)) || [];
  return socket !== undefined && key !== undefined ? { socket, key } : undefined;
}

const withAddress = (description: Description, { socket, key }: Address): Description => ({
  ...description,
  sdp: `${description.sdp}a=x-groundswell-machine:${socket} ${key}\r\n`,
});
