/// <reference path="./simplepeer.min.d.ts" />
import SimplePeer from 'simple-peer/simplepeer.min.js';
import { LinkError } from '../../core/errors.js';
import { type Candidates, HEAD_START_MS, withoutCandidates } from '../../core/links/candidates.js';
import { ChannelTransport } from '../../core/links/channel.js';
import { after } from '../../core/links/timer.js';
import type {
  ConnectOptions,
  Transport,
  TransportAttempt,
  TransportFactory,
} from '../../core/links/transport.js';
import { LOW_WATER_BYTES } from '../../core/protocol/limits.js';

/** A STUN server that answers does so sooner; one that doesn't must leave time to connect without it. */
const GATHERING_MS = 1_500;

/** A channel that has not closed in order by then is torn down. */
const CLOSING_MS = 2_000;

/** Transports for browsers, over simple-peer. Throws LinkError where the browser has no WebRTC, or it is switched off. */
export function simplePeerTransports(): TransportFactory {
  if (!SimplePeer.WEBRTC_SUPPORT) throw new LinkError('This browser has no WebRTC, or it is switched off.');
  const attempts = new Set<TransportAttempt>();
  return {
    connect(options) {
      const attempt = connect(options, () => attempts.delete(attempt));
      attempts.add(attempt);
      return attempt;
    },
    async close() {
      for (const attempt of attempts) attempt.abandon('the peer is closing');
    },
  };
}

function connect(options: ConnectOptions, onShut: () => void): TransportAttempt {
  const peer = new SimplePeer({
    initiator: options.initiator,
    trickle: false,
    iceCompleteTimeout: GATHERING_MS,
    // Always given: simple-peer's own default asks public servers.
    config: {
      iceServers: options.iceServers.map((server) => ({ ...server })),
      iceTransportPolicy: options.relayOnly ? 'relay' : 'all',
    },
    // Keeps the bounds between messages that come faster than they are read.
    objectMode: true,
  });
  let path: 'direct' | 'relay' = 'direct';
  let reason = 'closed by the other side';
  /** The offer's, until we try them. */
  let held: Candidates = { lines: [], section: '' };
  const transport = new ChannelTransport({
    buffered: () => peer.bufferSize,
    send: (message) => peer.send(message),
    path: () => path,
    end: () => end(peer),
  });

  const opened = new Promise<Transport>((resolve, reject) => {
    peer.on('connect', () => {
      signalLowWater(peer, () => transport.low());
      selectedPath(peer).then((selected) => {
        path = selected;
        resolve(transport);
      }, reject);
    });
    peer.on('close', () => {
      reject(new LinkError(`The connection was not made: ${reason}.`));
      transport.ended(reason);
      onShut();
    });
  });
  opened.catch(() => {});

  peer.on('signal', (data) => {
    if ((data.type === 'offer' || data.type === 'answer') && data.sdp !== undefined) {
      options.signal({ type: data.type, sdp: data.sdp });
      after(HEAD_START_MS, () => addCandidates(peer, held));
    }
  });
  peer.on('data', (message: Uint8Array) => transport.received(message));
  peer.on('error', (error) => {
    reason = error.message || 'the connection broke';
  });

  const abandon = (why: string) => {
    reason = why;
    transport.ended(why);
  };
  return {
    opened,
    signal: (data) => {
      if (!('sdp' in data)) return abandon('the other side describes another channel');
      if (peer.destroyed) return;
      if (data.type === 'answer') return peer.signal(data);
      const { description, candidates } = withoutCandidates(data.sdp);
      held = candidates;
      peer.signal({ type: 'offer', sdp: description });
    },
    abandon,
  };
}

function addCandidates(peer: SimplePeer.Instance, { lines, section }: Candidates): void {
  if (peer.destroyed) return;
  for (const candidate of lines) {
    peer.signal({ type: 'candidate', candidate: new RTCIceCandidate({ candidate, sdpMid: section }) });
  }
}

/**
 * Ends a connection so that the other side learns of it. Destroying it at once sends one packet that a full line
 * loses; closing the channel is repeated until acknowledged, and simple-peer destroys the rest when that is done.
 */
function end(peer: SimplePeer.Instance): void {
  const channel = channelOf(peer);
  if (channel?.readyState !== 'open') {
    peer.destroy();
    return;
  }
  channel.close();
  after(CLOSING_MS, () => peer.destroy());
}

/**
 * simple-peer sets its own low-water mark for its stream, which we pass by; the channel itself it keeps to itself.
 * Should a later version hide it better, `drained` still polls.
 */
function signalLowWater(peer: SimplePeer.Instance, low: () => void): void {
  const channel = channelOf(peer);
  if (channel === undefined) return;
  channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
  channel.addEventListener('bufferedamountlow', low);
}

function channelOf(peer: SimplePeer.Instance): RTCDataChannel | undefined {
  return (peer as unknown as { readonly _channel?: RTCDataChannel | null })._channel ?? undefined;
}

/** How the candidate pair that connected reaches the other side. */
async function selectedPath(peer: SimplePeer.Instance): Promise<'direct' | 'relay'> {
  const reports = await new Promise<readonly Report[]>((resolve) => {
    (peer as unknown as StatsSource).getStats((_error, found) => resolve(found ?? []));
  });
  const byId = new Map(reports.map((report) => [report.id, report]));
  for (const { type, selectedCandidatePairId } of reports) {
    if (type !== 'transport' || selectedCandidatePairId === undefined) continue;
    const pair = byId.get(selectedCandidatePairId);
    for (const id of [pair?.localCandidateId, pair?.remoteCandidateId]) {
      if (id !== undefined && byId.get(id)?.candidateType === 'relay') return 'relay';
    }
  }
  return 'direct';
}

/** What the types of simple-peer leave out. */
interface StatsSource {
  getStats(done: (error: unknown, reports?: readonly Report[]) => void): void;
}

interface Report {
  readonly id: string;
  readonly type: string;
  readonly selectedCandidatePairId?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}
