import { type RTCDataChannel, RTCPeerConnection } from 'werift';
import { LinkError } from '../../core/errors.js';
import { ChannelTransport } from '../../core/links/channel.js';
import { readIceAddress } from '../../core/links/ice-address.js';
import { after } from '../../core/links/timer.js';
import type {
  ConnectOptions,
  SignalData,
  Transport,
  TransportAttempt,
  TransportFactory,
} from '../../core/links/transport.js';
import { Outbox } from './outbox.js';

/** Two peers on one machine that is on no network meet here. Offered beside the addresses of its interfaces. */
const LOOPBACK = '127.0.0.1';

/** A server that answers does so sooner. The library itself would wait 5 s for one that does not. */
const GATHERING_MS = 1_500;

const GOODBYES = 4;
const GOODBYE_MS = 50;

/** Transports for Node, over werift's data channels. */
export function weriftTransports(): TransportFactory {
  const attempts = new Set<WeriftAttempt>();
  return {
    connect(options) {
      const attempt = new WeriftAttempt(options, () => attempts.delete(attempt));
      attempts.add(attempt);
      return attempt;
    },
    async close() {
      await Promise.all([...attempts].map((attempt) => attempt.shut('the peer is closing')));
    },
  };
}

/** One peer connection, from its making until its sockets are closed. */
class WeriftAttempt implements TransportAttempt {
  readonly opened: Promise<Transport>;

  readonly #connection: RTCPeerConnection;
  /** Steps of the negotiation run one after the other, and closing waits for them: a connection closed amid one leaks. */
  #negotiation: Promise<void> = Promise.resolve();
  #settle!: { resolve: (transport: Transport) => void; reject: (error: LinkError) => void };
  #transport: ChannelTransport | undefined;
  #shut: Promise<void> | undefined;

  constructor(
    private readonly options: ConnectOptions,
    private readonly onShut: () => void,
  ) {
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.opened.catch(() => {});
    this.#connection = new RTCPeerConnection({
      iceServers: options.iceServers.map((server) => ({ ...server })),
      iceAdditionalHostAddresses: [LOOPBACK],
      iceTransportPolicy: options.relayOnly ? 'relay' : 'all',
    });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') this.#ended(`the connection has ${state}`);
    });
    if (options.initiator) {
      // One channel a connection: with several, werift loses reliable messages.
      this.#use(this.#connection.createDataChannel('link', { ordered: true }));
      this.#step(() => this.#describe('offer'));
    } else {
      this.#connection.onDataChannel.subscribe((channel) => this.#use(channel));
    }
  }

  signal(data: SignalData): void {
    this.#step(async () => {
      if (!('sdp' in data)) throw new LinkError('the other side describes another channel');
      await this.#connection.setRemoteDescription(data);
      if (this.#connection.sctpRemotePort === undefined)
        throw new LinkError('the description offers no data channel');
      if (data.type === 'offer') await this.#describe('answer');
    });
  }

  abandon(reason: string): void {
    this.#ended(reason);
  }

  /** Ends whatever there is; resolves when the sockets are closed. */
  shut(reason: string): Promise<void> {
    this.#ended(reason);
    return this.#shut ?? Promise.resolve();
  }

  #step(run: () => Promise<void>): void {
    this.#negotiation = this.#negotiation
      .then(() => (this.#shut ? undefined : run()))
      .catch((error: unknown) => this.#ended(`the negotiation failed: ${String(error)}`));
  }

  async #describe(type: SignalData['type']): Promise<void> {
    const connection = this.#connection;
    const description = type === 'offer' ? await connection.createOffer() : await connection.createAnswer();
    if (!this.options.iceServers.some(({ urls }) => readIceAddress(urls)?.scheme === 'stun')) {
      // Without this werift asks a public STUN server, and offline waits 5 s for it.
      for (const { connection: ice } of connection.iceTransports) delete ice.stunServer;
    }
    // Gathers every candidate before it resolves; the description has those found so far.
    const gathered = connection.setLocalDescription(description);
    gathered.catch(() => {});
    await Promise.race([gathered, new Promise<void>((resolve) => after(GATHERING_MS, resolve))]);
    const sdp = connection.localDescription?.sdp;
    if (sdp !== undefined && !this.#shut) this.options.signal({ type, sdp });
  }

  #use(channel: RTCDataChannel): void {
    const outbox = new Outbox(channel, () => transport.low());
    const transport = new ChannelTransport({
      buffered: () => outbox.bytes,
      send: (message) => outbox.send(message),
      path: () => this.#path(),
      end: () => {
        outbox.drop();
        this.#end();
      },
    });
    this.#transport = transport;
    channel.onMessage.subscribe((message) => {
      if (typeof message === 'string') this.#ended('the other side sent text');
      else transport.received(message);
    });
    channel.stateChanged.subscribe((state) => {
      if (state === 'open') this.#settle.resolve(transport);
      if (state === 'closed') this.#ended('closed by the other side');
    });
    if (channel.readyState === 'open') this.#settle.resolve(transport);
  }

  #path(): 'direct' | 'relay' {
    const pair = this.#connection.iceTransports[0]?.connection.nominated;
    const relayed = pair?.localCandidate.type === 'relay' || pair?.remoteCandidate.type === 'relay';
    return relayed ? 'relay' : 'direct';
  }

  #ended(reason: string): void {
    this.#settle.reject(new LinkError(`The connection was not made: ${reason}.`));
    if (this.#transport) this.#transport.ended(reason);
    else this.#end();
  }

  #end(): void {
    this.#shut ??= this.#negotiation.then(() => this.#closeConnection());
  }

  async #closeConnection(): Promise<void> {
    await this.#sayGoodbye();
    await this.#connection.close();
    this.onShut();
  }

  /**
   * werift closes without a word, and the other side would notice after half a minute. An abort tells it at once, but
   * nothing acknowledges an abort, and a full line loses it.
   */
  async #sayGoodbye(): Promise<void> {
    const sctp = this.#connection.sctpTransport?.sctp;
    for (let sent = 0; sent < GOODBYES && sctp?.state === 'connected'; sent++) {
      await sctp.abort();
      await new Promise<void>((resolve) => after(GOODBYE_MS, resolve));
    }
  }
}
