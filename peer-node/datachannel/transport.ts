import { networkInterfaces } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { type DataChannel, PeerConnection } from 'node-datachannel';
import { LinkError } from '../../core/errors.js';
import {
  type Candidates,
  HEAD_START_MS,
  relayedAddresses,
  withoutCandidates,
} from '../../core/links/candidates.js';
import { ChannelTransport } from '../../core/links/channel.js';
import { after } from '../../core/links/timer.js';
import type {
  ConnectOptions,
  SignalData,
  Transport,
  TransportAttempt,
  TransportFactory,
} from '../../core/links/transport.js';
import { LOW_WATER_BYTES } from '../../core/protocol/limits.js';
import { libraryServers } from './ice-servers.js';

const LOOPBACK = '127.0.0.1';

/** A server that answers does so sooner. The library itself would wait 24 s for one that does not. */
const GATHERING_MS = 1_500;

/** Time for the closing of a channel to reach the other side, and once more where it got lost. */
const GOODBYE_MS = 100;

/** The same behind a full line. */
const LONG_GOODBYE_MS = 2_000;

/**
 * Transports for Node, over node-datachannel's data channels, which live on native threads.
 * Throws LinkError in a worker thread: the library brings the process down when such a thread ends.
 */
export function datachannelTransports(): TransportFactory {
  if (!isMainThread) throw new LinkError('node-datachannel works on the main thread alone.');
  const attempts = new Set<DatachannelAttempt>();
  return {
    connect(options) {
      try {
        const attempt = new DatachannelAttempt(options, () => attempts.delete(attempt));
        attempts.add(attempt);
        return attempt;
      } catch (error) {
        return failedAttempt(error);
      }
    },
    async close() {
      await Promise.all([...attempts].map((attempt) => attempt.shut('the peer is closing')));
    },
  };
}

/**
 * One peer connection, from its making until it is closed. The library's own `cleanup` would end the connections of
 * every factory in the process; a process ends by itself, too, once each channel and connection was closed and has said so.
 */
class DatachannelAttempt implements TransportAttempt {
  readonly opened: Promise<Transport>;

  readonly #connection: PeerConnection;
  readonly #closed: Promise<void>;
  /** Held on to: the library closes a channel that the garbage collector takes. */
  #channel: DataChannel | undefined;
  #transport: ChannelTransport | undefined;
  #settle!: { resolve: (transport: Transport) => void; reject: (error: LinkError) => void };
  /** Addresses of TURN servers in both descriptions: the library calls some of these by other names. */
  readonly #relayed = new Set<string>();
  #described = false;
  /** Of gathering, of the head start, of the goodbye: one after the other. */
  #stopTimer = () => {};
  /** The offer's candidates, until we try them. */
  #held: Candidates | undefined;
  #shut: Promise<void> | undefined;

  constructor(
    private readonly options: ConnectOptions,
    private readonly onShut: () => void,
  ) {
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.opened.catch(() => {});
    const connection = new PeerConnection('link', {
      iceServers: libraryServers(options.iceServers),
      iceTransportPolicy: options.relayOnly ? 'relay' : 'all',
      // The loopback is offered only where it is asked for, and then nothing else is.
      ...(isOnNoNetwork() && { bindAddress: LOOPBACK }),
    });
    this.#connection = connection;
    this.#closed = new Promise((resolve) => {
      connection.onStateChange((state) => {
        if (state === 'failed' || state === 'closed') this.#ended(`the connection has ${state}`);
        if (state === 'closed') resolve();
      });
    });
    connection.onLocalDescription(() => {
      this.#stopTimer = after(GATHERING_MS, () => this.#describe());
    });
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') this.#describe();
    });
    connection.onDataChannel((channel) => this.#use(channel));
    // Makes the offer as well. Unless told otherwise a channel is ordered and reliable.
    if (options.initiator) this.#use(connection.createDataChannel('link'));
  }

  signal(data: SignalData): void {
    if (this.#shut) return;
    if (!('sdp' in data)) return this.#ended('the other side describes another channel');
    const { type, sdp } = data;
    this.#noteRelayed(sdp);
    try {
      if (type === 'offer') {
        const { description, candidates } = withoutCandidates(sdp);
        this.#held = candidates;
        // Makes the answer as well.
        this.#connection.setRemoteDescription(description, type);
      } else {
        this.#connection.setRemoteDescription(sdp, type);
      }
    } catch (error) {
      this.#ended(`the negotiation failed: ${String(error)}`);
    }
  }

  abandon(reason: string): void {
    this.#ended(reason);
  }

  /** Ends whatever there is; resolves when it has ended. */
  shut(reason: string): Promise<void> {
    this.#ended(reason);
    return this.#shut ?? Promise.resolve();
  }

  /** Passes on our description, once, with the candidates found so far. */
  #describe(): void {
    this.#stopTimer();
    if (this.#shut || this.#described) return;
    const sdp = this.#connection.localDescription()?.sdp;
    if (sdp === undefined) return;
    this.#described = true;
    this.#noteRelayed(sdp);
    if (this.options.initiator) {
      this.options.signal({ type: 'offer', sdp });
    } else {
      this.options.signal({ type: 'answer', sdp });
      this.#stopTimer = after(HEAD_START_MS, () => this.#addHeldCandidates());
    }
  }

  #addHeldCandidates(): void {
    if (this.#shut || !this.#held) return;
    const { lines, section } = this.#held;
    try {
      for (const line of lines) this.#connection.addRemoteCandidate(line, section);
    } catch (error) {
      this.#ended(`the negotiation failed: ${String(error)}`);
    }
  }

  #use(channel: DataChannel): void {
    channel.onClosed(() => this.#ended('closed by the other side'));
    if (this.#channel) {
      channel.close();
      this.#ended('the other side opened a second channel');
      return;
    }
    this.#channel = channel;
    const transport = new ChannelTransport({
      buffered: () => channel.bufferedAmount(),
      send: (message) => {
        channel.sendMessageBinary(message);
      },
      path: () => this.#path(),
      end: () => this.#end(),
    });
    this.#transport = transport;
    channel.setBufferedAmountLowThreshold(LOW_WATER_BYTES);
    channel.onBufferedAmountLow(() => transport.low());
    channel.onError((error) => this.#ended(error));
    channel.onMessage((message) => {
      if (typeof message === 'string') this.#ended('the other side sent text');
      else transport.received(message instanceof ArrayBuffer ? new Uint8Array(message) : message);
    });
    channel.onOpen(() => this.#settle.resolve(transport));
    if (channel.isOpen()) this.#settle.resolve(transport);
  }

  #noteRelayed(sdp: string): void {
    for (const address of relayedAddresses(sdp)) this.#relayed.add(address);
  }

  #path(): 'direct' | 'relay' {
    const pair = this.#connection.getSelectedCandidatePair();
    const isRelayed = [pair?.local, pair?.remote].some(
      (end) => end && (end.type === 'relay' || this.#relayed.has(`${end.address} ${end.port}`)),
    );
    return isRelayed || this.options.relayOnly ? 'relay' : 'direct';
  }

  #ended(reason: string): void {
    this.#settle.reject(new LinkError(`The connection was not made: ${reason}.`));
    if (this.#transport) this.#transport.ended(reason);
    else this.#end();
  }

  #end(): void {
    this.#shut ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#stopTimer();
    const channel = this.#channel;
    if (channel?.isOpen()) {
      const patience = channel.bufferedAmount() > 0 ? LONG_GOODBYE_MS : GOODBYE_MS;
      // The connection's own farewell is one packet that nothing acknowledges. The channel's comes after what is
      // buffered, and is repeated until acknowledged; the other side then closes the connection.
      channel.close();
      const late = new Promise<void>((resolve) => {
        this.#stopTimer = after(patience, resolve);
      });
      await Promise.race([this.#closed, late]);
      this.#stopTimer();
    }
    channel?.close();
    this.#connection.close();
    await this.#closed;
    this.onShut();
  }
}

function failedAttempt(error: unknown): TransportAttempt {
  const opened = Promise.reject(new LinkError(`The connection was not made: ${String(error)}`));
  opened.catch(() => {});
  return { opened, signal: () => {}, abandon: () => {} };
}

function isOnNoNetwork(): boolean {
  return Object.values(networkInterfaces()).every((addresses) =>
    addresses?.every(({ internal }) => internal),
  );
}
