import { ProtocolError } from '../../core/errors.js';
import { type RelayFrame, readRelayFrame, relayCost, writeRelayFrame } from '../../core/protocol/frames.js';
import { RELAY_WINDOW_BYTES } from '../../core/protocol/limits.js';
import type { PeerId } from '../../core/protocol/plan.js';
import {
  MAX_RELAY_CHANNELS,
  MAX_RELAY_FRAME_BYTES,
  RELAY_BYTES_PER_SECOND,
  ROOM_RELAY_BYTES_PER_SECOND,
} from './limits.js';
import { Pace } from './pace.js';

/** One direction of a relayed channel. */
interface Flow {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly channel: number;
  readonly pace: Pace;
  /** Passed on, and its sender not yet told that it was taken. */
  underWay: number;
  /** Of that, what the receiver has said it took: `due` is what its sender is told next, `held` what comes after. */
  due: number;
  held: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Passes messages on between peers that have no other way to one another. What waits here for a slow receiver is
 * bounded by the channel's window, which no sender may overrun.
 */
export class Switchboard {
  readonly #deliver: (to: PeerId, frame: Uint8Array) => void;
  readonly #flows = new Map<string, Flow>();
  readonly #channelsOf = new Map<PeerId, number>();
  readonly #pace = new Pace(ROOM_RELAY_BYTES_PER_SECOND);

  /** `deliver` hands a frame to a peer, if it is here. */
  constructor(deliver: (to: PeerId, frame: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** A peer has answered the other's offer of a channel. @throws ProtocolError where one has too many. */
  open(one: PeerId, other: PeerId, channel: number): void {
    if (this.#flows.has(keyOf(one, other, channel))) {
      throw new ProtocolError(`signal.channel: channel ${channel} is open already; offer another`);
    }
    for (const peer of [one, other]) {
      if ((this.#channelsOf.get(peer) ?? 0) < MAX_RELAY_CHANNELS) continue;
      throw new ProtocolError(`signal.channel: a peer has at most ${MAX_RELAY_CHANNELS} relayed channels`);
    }
    this.#add(one, other, channel);
    this.#add(other, one, channel);
  }

  /**
   * Takes in a frame of a peer, and says whether it belonged to an open channel.
   * @throws ProtocolError where the peer may not send that; nothing has been passed on then.
   */
  pass(from: PeerId, bytes: Uint8Array): boolean {
    if (bytes.byteLength > MAX_RELAY_FRAME_BYTES) {
      throw new ProtocolError(
        `a relayed frame has at most ${MAX_RELAY_FRAME_BYTES} bytes, not ${bytes.byteLength}`,
      );
    }
    const { peer, channel, what } = readRelayFrame(bytes);
    const flow = this.#flows.get(keyOf(from, peer, channel));
    switch (what.kind) {
      case 'message':
        if (flow) this.#message(flow, what);
        // It has ended while this was under way.
        else this.#tell(peer, from, channel, { kind: 'end' });
        return flow !== undefined;
      case 'taken': {
        const taken = this.#flows.get(keyOf(peer, from, channel));
        if (taken) this.#taken(taken, what.count);
        return taken !== undefined;
      }
      case 'end':
        if (flow) this.#end(flow);
        return flow !== undefined;
    }
  }

  /** A peer is gone, or out of reach: whoever has a channel to it is told that it has ended. */
  left(peer: PeerId): void {
    for (const flow of [...this.#flows.values()]) if (flow.from === peer) this.#end(flow);
  }

  close(): void {
    for (const { timer } of this.#flows.values()) clearTimeout(timer);
    this.#flows.clear();
  }

  #message(flow: Flow, what: Extract<RelayFrame['what'], { kind: 'message' }>): void {
    const cost = relayCost(what.bytes);
    if (flow.underWay + cost > RELAY_WINDOW_BYTES) {
      throw new ProtocolError(
        `a relayed channel has a window of ${RELAY_WINDOW_BYTES} bytes; wait until they are taken`,
      );
    }
    flow.underWay += cost;
    this.#tell(flow.from, flow.to, flow.channel, what);
  }

  /** The sender is told at the pace at which it may send. */
  #taken(flow: Flow, count: number): void {
    if (flow.due + flow.held + count > flow.underWay) {
      throw new ProtocolError('more of a relayed channel is said to be taken than was sent');
    }
    flow.held += count;
    if (flow.timer === undefined) this.#holdBack(flow);
  }

  #holdBack(flow: Flow): void {
    flow.due = flow.held;
    flow.held = 0;
    const now = performance.now();
    const at = Math.max(flow.pace.take(flow.due, now), this.#pace.take(flow.due, now));
    flow.timer = setTimeout(() => {
      flow.timer = undefined;
      flow.underWay -= flow.due;
      this.#tell(flow.to, flow.from, flow.channel, { kind: 'taken', count: flow.due });
      flow.due = 0;
      if (flow.held > 0) this.#holdBack(flow);
    }, at - now);
  }

  #end({ from, to, channel }: Flow): void {
    this.#remove(from, to, channel);
    this.#remove(to, from, channel);
    this.#tell(from, to, channel, { kind: 'end' });
  }

  #tell(from: PeerId, to: PeerId, channel: number, what: RelayFrame['what']): void {
    this.#deliver(to, writeRelayFrame({ peer: from, channel, what }));
  }

  #add(from: PeerId, to: PeerId, channel: number): void {
    this.#channelsOf.set(from, (this.#channelsOf.get(from) ?? 0) + 1);
    this.#flows.set(keyOf(from, to, channel), {
      from,
      to,
      channel,
      pace: new Pace(RELAY_BYTES_PER_SECOND),
      underWay: 0,
      due: 0,
      held: 0,
      timer: undefined,
    });
  }

  #remove(from: PeerId, to: PeerId, channel: number): void {
    const key = keyOf(from, to, channel);
    clearTimeout(this.#flows.get(key)?.timer);
    this.#flows.delete(key);
    const left = (this.#channelsOf.get(from) ?? 0) - 1;
    if (left > 0) this.#channelsOf.set(from, left);
    else this.#channelsOf.delete(from);
  }
}

const keyOf = (from: PeerId, to: PeerId, channel: number) => `${from} ${to} ${channel}`;
