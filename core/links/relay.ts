import { LinkError } from '../errors.js';
import { type RelayFrame, relayCost, writeRelayFrame } from '../protocol/frames.js';
import { RELAY_WINDOW_BYTES } from '../protocol/limits.js';
import type { PeerId } from '../protocol/plan.js';
import { ChannelTransport } from './channel.js';
import type {
  ConnectOptions,
  SignalData,
  Transport,
  TransportAttempt,
  TransportFactory,
} from './transport.js';

/**
 * Channels through the coordinator, for peers that have no other way to one another: slower, dearer, and always there.
 * One WebSocket carries all of them, so each has a window: no more is under way than the other side has room for.
 */
export class RelayTransports {
  readonly #send: (frame: Uint8Array) => void;
  readonly #channels = new Map<string, RelayedChannel>();
  #lastChannel = 0;

  /** `send` hands a frame to the coordinator. */
  constructor(send: (frame: Uint8Array) => void) {
    this.#send = send;
  }

  /** Makes channels to one peer. Closing it closes nothing: the channels are closed together. */
  to(peer: PeerId): TransportFactory {
    return { connect: (options) => this.#connect(peer, options), async close() {} };
  }

  /** Takes in a frame that the coordinator passed on. */
  received({ peer, channel: number, what }: RelayFrame): void {
    const channel = this.#channels.get(keyOf(peer, number));
    if (channel) channel.received(what);
    // The other side learns that nobody listens.
    else if (what.kind === 'message')
      this.#send(writeRelayFrame({ peer, channel: number, what: { kind: 'end' } }));
  }

  /** Ends every channel: the way to the coordinator broke, and what was under way is lost, or nobody needs it any more. */
  end(reason: string): void {
    for (const { transport } of [...this.#channels.values()]) transport.ended(reason);
  }

  #connect(peer: PeerId, options: ConnectOptions): TransportAttempt {
    let settle: { resolve: (transport: Transport) => void; reject: (error: LinkError) => void } | undefined;
    const opened = new Promise<Transport>((resolve, reject) => {
      settle = { resolve, reject };
    });
    opened.catch(() => {});
    let state: 'waiting' | 'over' | RelayedChannel = 'waiting';
    if (options.initiator) {
      const channel = ++this.#lastChannel;
      void Promise.resolve().then(() => {
        if (state === 'waiting') options.signal({ type: 'offer', channel });
      });
    }
    const abandon = (reason: string) => {
      settle?.reject(new LinkError(`The connection was not made: ${reason}.`));
      if (state instanceof RelayedChannel) state.transport.ended(reason);
      state = 'over';
    };
    return {
      opened,
      abandon,
      signal: (data: SignalData) => {
        if (!('channel' in data)) return abandon('the other side describes another channel');
        if (state !== 'waiting') return;
        state = this.#open(peer, data.channel);
        if (!options.initiator) options.signal({ type: 'answer', channel: data.channel });
        settle?.resolve(state.transport);
      },
    };
  }

  #open(peer: PeerId, number: number): RelayedChannel {
    const key = keyOf(peer, number);
    const channel = new RelayedChannel((what) => {
      if (what.kind === 'end') this.#channels.delete(key);
      this.#send(writeRelayFrame({ peer, channel: number, what }));
    });
    this.#channels.set(key, channel);
    return channel;
  }
}

const keyOf = (peer: string, channel: number) => `${peer} ${channel}`;

class RelayedChannel {
  readonly transport: ChannelTransport;
  readonly #send: (what: RelayFrame['what']) => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Sent, and not yet taken by the other side. */
  #underWay = 0;
  /** Taken by us, and not yet told. */
  #taken = 0;

  constructor(send: (what: RelayFrame['what']) => void) {
    this.#send = send;
    this.transport = new ChannelTransport({
      buffered: () => this.#waitingBytes,
      send: (message) => {
        this.#waiting.push(message.slice());
        this.#waitingBytes += message.byteLength;
        this.#flush();
      },
      path: () => 'relay',
      end: () => {
        this.#waiting = [];
        this.#waitingBytes = 0;
        send({ kind: 'end' });
      },
    });
  }

  received(what: RelayFrame['what']): void {
    switch (what.kind) {
      case 'message':
        this.transport.received(what.bytes);
        this.#taken += relayCost(what.bytes);
        // A part of the window, so that the other side need not stop.
        if (this.#taken < RELAY_WINDOW_BYTES / 4) return;
        this.#send({ kind: 'taken', count: this.#taken });
        this.#taken = 0;
        return;
      case 'taken':
        this.#underWay -= what.count;
        this.#flush();
        this.transport.low();
        return;
      case 'end':
        return this.transport.ended('closed by the other side');
    }
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const cost = relayCost(next);
      if (this.#underWay + cost > RELAY_WINDOW_BYTES) return;
      this.#waiting.shift();
      this.#waitingBytes -= next.byteLength;
      this.#underWay += cost;
      this.#send({ kind: 'message', bytes: next });
    }
  }
}
