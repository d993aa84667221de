import { LinkError } from '../../core/errors.js';
import type { Transport, TransportAttempt, TransportFactory } from '../../core/links/transport.js';
import { LOW_WATER_BYTES } from '../../core/protocol/limits.js';
import type { Socket } from '../../core/protocol/socket.js';

/** How a peer is connected to all others. */
export interface Way {
  /** Seconds there and back; half of it is this side's to add to what it sends. */
  readonly roundTrip: number;
  /** Bytes a second that all of the peer's links send together. */
  readonly rate: number;
}

/**
 * The channels of `factory`, real ones, behind an uplink: what is sent waits until all that was sent before, over whichever link, is
 * through, and is then half a round trip on its way. It is handed to the channel only when it would have arrived.
 */
export function behindUplink(factory: TransportFactory, way: Way): TransportFactory {
  const uplink = new Uplink(way);
  return {
    connect(options): TransportAttempt {
      const attempt = factory.connect(options);
      return {
        opened: attempt.opened.then((transport) => new FarTransport(transport, uplink)),
        signal: (data) => attempt.signal(data),
        abandon: (reason) => attempt.abandon(reason),
      };
    },
    close: () => factory.close(),
  };
}

/** A WebSocket that is as far away. */
export function farSocket(socket: Socket, { roundTrip }: Way): Socket {
  const later = new Later();
  const inTime = (work: () => void) => later.at(performance.now() + 500 * roundTrip, work);
  return {
    listen({ text, binary, closed }) {
      socket.listen({
        text: (message) => inTime(() => text(message)),
        binary: (message) => inTime(() => binary(message)),
        closed: (reason, orderly) => inTime(() => closed(reason, orderly)),
      });
    },
    send: (message) => inTime(() => socket.send(message)),
    close: () => inTime(() => socket.close()),
  };
}

/** Does things at their times, which never go backwards, in the order they were given. */
class Later {
  readonly #waiting: { readonly at: number; readonly work: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `at` by the clock of `performance.now`. */
  at(at: number, work: () => void): void {
    this.#waiting.push({ at, work });
    this.#start();
  }

  #start(): void {
    const [next] = this.#waiting;
    if (this.#timer !== undefined || !next) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      while ((this.#waiting[0]?.at ?? Infinity) <= now) this.#waiting.shift()?.work();
      this.#start();
    }, next.at - performance.now());
  }
}

interface Piece {
  readonly bytes: number;
  readonly gone: () => void;
  readonly there: () => void;
}

/** Takes a piece of each link in turn, as a network does with connections that share it. */
class Uplink {
  readonly #way: Way;
  readonly #links: Piece[][] = [];
  readonly #leaving = new Later();
  readonly #arriving = new Later();
  #next = 0;
  #free = 0;
  #isBusy = false;

  constructor(way: Way) {
    this.#way = way;
  }

  /** A link of its own: sends a piece, tells when it has left, and when it arrives. */
  link(): (piece: Piece) => void {
    const pieces: Piece[] = [];
    this.#links.push(pieces);
    return (piece) => {
      pieces.push(piece);
      if (!this.#isBusy) this.#send(performance.now());
    };
  }

  /** Sends the next piece, from the time it is there; what waits already goes when what was before has gone, however late the timer that says so. */
  #send(from: number): void {
    const piece = this.#take();
    this.#isBusy = piece !== undefined;
    if (!piece) return;
    const { roundTrip, rate } = this.#way;
    const gone = Math.max(this.#free, from) + (1000 * piece.bytes) / rate;
    this.#free = gone;
    this.#leaving.at(gone, () => {
      piece.gone();
      this.#arriving.at(gone + 500 * roundTrip, piece.there);
      this.#send(gone);
    });
  }

  #take(): Piece | undefined {
    for (let tried = 0; tried < this.#links.length; tried++) {
      const piece = this.#links[this.#next++ % this.#links.length]?.shift();
      if (piece) return piece;
    }
    return undefined;
  }
}

class FarTransport implements Transport {
  onClose: (reason: string) => void = () => {};
  readonly #transport: Transport;
  readonly #uplink: (piece: Piece) => void;
  #queued = 0;
  #waiting: { resolve: () => void; reject: (error: LinkError) => void }[] = [];
  #isClosed = false;

  constructor(transport: Transport, uplink: Uplink) {
    this.#transport = transport;
    this.#uplink = uplink.link();
    transport.onClose = (reason) => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.splice(0)) reject(new LinkError(reason));
      this.onClose(reason);
    };
  }

  get onMessage(): (message: Uint8Array) => void {
    return this.#transport.onMessage;
  }

  set onMessage(deliver: (message: Uint8Array) => void) {
    this.#transport.onMessage = deliver;
  }

  get maxMessage(): number {
    return this.#transport.maxMessage;
  }

  get buffered(): number {
    return this.#queued;
  }

  send(message: Uint8Array): void {
    if (this.#isClosed) throw new LinkError('The channel is closed.');
    const own = message.slice();
    this.#queued += own.byteLength;
    this.#uplink({
      bytes: own.byteLength,
      gone: () => this.#left(own.byteLength),
      there: () => this.#arrive(own),
    });
  }

  drained(): Promise<void> {
    if (this.#queued <= LOW_WATER_BYTES) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  stats() {
    return this.#transport.stats();
  }

  close(): void {
    this.#transport.close();
  }

  #arrive(message: Uint8Array): void {
    try {
      if (!this.#isClosed) this.#transport.send(message);
    } catch (error) {
      // The channel has ended meanwhile, and tells so by itself.
      if (!(error instanceof LinkError)) throw error;
    }
  }

  #left(bytes: number): void {
    this.#queued -= bytes;
    if (this.#queued > LOW_WATER_BYTES) return;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }
}
