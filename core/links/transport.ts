/**
 * A reliable, ordered, message-oriented channel to one other peer. Implementations: simple-peer in
 * browsers, node-datachannel and werift in Node, and a way through the coordinator everywhere. One compliance suite holds all of them.
 */
export interface Transport {
  /** Largest message `send` takes, in bytes. Longer ones are cut by the link above. */
  readonly maxMessage: number;
  /** Bytes accepted by `send` and not yet handed to the network. */
  readonly buffered: number;
  /** Throws LinkError when closed. The bytes must not change until the other side has them: whoever has no need of a copy makes none. */
  send(message: Uint8Array): void;
  /** Resolves when `buffered` has fallen below the low-water mark; rejects with LinkError when closed. */
  drained(): Promise<void>;
  /** Set once, before anything arrives. The bytes may change as soon as it returns: whoever needs them longer copies them. */
  onMessage: (message: Uint8Array) => void;
  /** Called once, with the reason, whoever closed. */
  onClose: (reason: string) => void;
  stats(): TransportStats;
  close(): void;
}

export interface TransportStats {
  /** `direct`: peer to peer. `relay`: through the coordinator or a TURN server. */
  readonly path: 'direct' | 'relay';
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Makes transports; one per device. */
export interface TransportFactory {
  /**
   * Opens a channel. Exactly one side is the initiator. `signal` carries our descriptions to the other side;
   * the other side's come in through `attempt.signal`.
   */
  connect(options: ConnectOptions): TransportAttempt;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly initiator: boolean;
  /** What is at the other end, where it is known: some implementations get on better than others. */
  readonly remote?: 'node' | 'browser' | undefined;
  readonly iceServers: readonly IceServer[];
  /** Our end goes through a TURN server, whatever else there is. */
  readonly relayOnly?: boolean;
  /** Never called before `connect` has returned. */
  readonly signal: (data: SignalData) => void;
}

export interface TransportAttempt {
  /** Resolves when open; rejects with LinkError on failure or `abandon`. */
  readonly opened: Promise<Transport>;
  signal(data: SignalData): void;
  abandon(reason: string): void;
}

/** What the two ends of an attempt tell one another, by way of the coordinator. */
export type SignalData = Description | RelayedChannel;

/** A session description with all candidates in it (no trickle). */
export interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** A channel through the coordinator, by the number that the side that offers has given it. */
export interface RelayedChannel {
  readonly type: 'offer' | 'answer';
  readonly channel: number;
}

export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}
