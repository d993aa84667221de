import { Line } from '../core/links/line.js';
import { Link } from '../core/links/link.js';
import type { LinkMessage } from '../core/links/messages.js';
import type { SignalData, Transport, TransportAttempt, TransportFactory } from '../core/links/transport.js';
import { HIGH_WATER_BYTES, LINK_ATTEMPTS } from '../core/protocol/limits.js';
import { openTransports, type TransportChoice } from '../peer-node/transports.js';
import type { Figure } from './harness.js';

const KIB = 1024;
/** Each throughput is measured over so many bytes: some seconds of the slower transport. */
const VOLUME = 24 * KIB * KIB;
/** Two fields on a face of 256² cells, four deep. */
const HALO_BYTES = 2 * 256 * 256 * 4 * Float32Array.BYTES_PER_ELEMENT;
const ROUND_TRIPS = 100;
/**
 * Everything is measured so often, each time on new connections and the channel right before the halos: the first
 * round warms the compiler up, and what else the machine does hits both alike. The middle one counts.
 */
const ROUNDS = 5;

type Name = 'werift' | 'datachannel' | 'socket';

/** Both ends are in one process, so that `auto` takes the socket of one machine. */
const CHOICES: Readonly<Record<Name, TransportChoice>> = {
  werift: 'werift',
  datachannel: 'datachannel',
  socket: 'auto',
};

/** What one transport does, both of its ends in this process. Rates in MB/s, round trips in ms. */
interface Speeds {
  readonly channel: number;
  readonly messages: number;
  readonly halos: number;
  readonly shortTrip: number;
  readonly longTrip: number;
  /** The channel's own, of as many bytes in messages of its largest size. */
  readonly channelTrip: number;
  /** Of the process, in ms for each MB of halos: both ends, and the library's own threads. */
  readonly cpu: number;
}

/** The quotient of two of them, in the middle one of all rounds. */
function middleRatio(rounds: readonly Speeds[], what: keyof Speeds, by: keyof Speeds): number {
  return middle(rounds.map((speeds) => speeds[what] / speeds[by]));
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Rates and round trips of links over each transport in Node. */
export async function bench(): Promise<Figure[]> {
  const weriftRounds = await roundsOf('werift');
  const datachannelRounds = await roundsOf('datachannel');
  const socketRounds = await roundsOf('socket');
  const werift = middleOf(weriftRounds);
  const datachannel = middleOf(datachannelRounds);
  const ratio = (name: string, value: number, note: string): Figure => ({ name, value, unit: '1', note });
  return [
    ...figures('werift', werift),
    ...figures('datachannel', datachannel),
    ...figures('socket', middleOf(socketRounds)),
    ratio('throughput_vs_werift', datachannel.messages / werift.messages, 'datachannel, 64 KiB messages'),
    ratio('round_trip_1_vs_werift', datachannel.shortTrip / werift.shortTrip, 'datachannel, 1 KiB'),
    ratio('round_trip_64_vs_werift', datachannel.longTrip / werift.longTrip, 'datachannel, 64 KiB'),
    ratio('halo_vs_channel', middleRatio(datachannelRounds, 'halos', 'channel'), 'datachannel'),
    ratio('halo_vs_channel_werift', middleRatio(weriftRounds, 'halos', 'channel'), 'werift'),
    ratio('halo_vs_channel_socket', middleRatio(socketRounds, 'halos', 'channel'), 'a socket of one machine'),
    ratio(
      'halo_trip_vs_channel',
      middleRatio(datachannelRounds, 'longTrip', 'channelTrip'),
      'datachannel, 64 KiB',
    ),
    ratio(
      'halo_trip_vs_channel_werift',
      middleRatio(weriftRounds, 'longTrip', 'channelTrip'),
      'werift, 64 KiB',
    ),
  ];
}

function figures(
  name: Name,
  { channel, messages, halos, shortTrip, longTrip, channelTrip, cpu }: Speeds,
): Figure[] {
  const rate = (what: string, value: number, note: string): Figure => {
    return {
      name: `${what}_${name}`,
      value,
      unit: 'MB/s',
      note: `${note}, one way, both ends in one process`,
    };
  };
  const trip = (kib: number, value: number): Figure => {
    return {
      name: `round_trip_${kib}_${name}`,
      value,
      unit: 'ms',
      note: `median of ${ROUND_TRIPS}, ${kib} KiB`,
    };
  };
  return [
    rate('channel', channel, 'the channel alone, messages of its largest size'),
    rate('messages', messages, 'a link, 64 KiB messages'),
    rate('halos', halos, `a link, halos of ${HALO_BYTES / KIB} KiB`),
    trip(1, shortTrip),
    trip(64, longTrip),
    {
      name: `channel_trip_64_${name}`,
      value: channelTrip,
      unit: 'ms',
      note: `median of ${ROUND_TRIPS}, 64 KiB, the channel alone`,
    },
    { name: `cpu_${name}`, value: cpu, unit: 'ms/MB', note: 'halos, both ends together' },
  ];
}

async function roundsOf(name: Name): Promise<Speeds[]> {
  const rounds: Speeds[] = [];
  while (rounds.length < ROUNDS) rounds.push(await speedsOf(name));
  return rounds;
}

function middleOf(rounds: readonly Speeds[]): Speeds {
  const of = (what: keyof Speeds) => middle(rounds.map((speeds) => speeds[what]));
  return {
    channel: of('channel'),
    messages: of('messages'),
    halos: of('halos'),
    shortTrip: of('shortTrip'),
    longTrip: of('longTrip'),
    channelTrip: of('channelTrip'),
    cpu: of('cpu'),
  };
}

async function speedsOf(name: Name): Promise<Speeds> {
  const factory = await openTransports(CHOICES[name]);
  try {
    const links = new LinkedPair(await connectedPair(factory));
    const messages = await links.rate(64 * KIB);
    const alone = await connectedPair(factory);
    const channelTrip = await channelRoundTrip(alone, 64 * KIB);
    const channel = await channelRate(alone);
    const before = process.cpuUsage();
    const halos = await links.rate(HALO_BYTES);
    const { user, system } = process.cpuUsage(before);
    return {
      channel,
      messages,
      halos,
      shortTrip: await links.roundTrip(KIB),
      longTrip: await links.roundTrip(64 * KIB),
      channelTrip,
      cpu: (user + system) / 1e3 / (VOLUME / 1e6),
    };
  } finally {
    await factory.close();
  }
}

type Pair = readonly [Transport, Transport];

/** An attempt may fail, so another is made, as Links does. */
async function connectedPair(factory: TransportFactory, tries = 1): Promise<Pair> {
  const attempts: TransportAttempt[] = [];
  const connect = (initiator: boolean, other: number) =>
    attempts.push(
      factory.connect({
        initiator,
        iceServers: [],
        signal: (data: SignalData) => attempts[other]?.signal(data),
      }),
    );
  connect(true, 1);
  connect(false, 0);
  try {
    const [one, other] = await Promise.all(attempts.map(({ opened }) => opened));
    return [one, other] as Pair;
  } catch (error) {
    if (tries === LINK_ATTEMPTS) throw error;
    return connectedPair(factory, tries + 1);
  }
}

async function channelRate([from, to]: Pair): Promise<number> {
  const message = new Uint8Array(from.maxMessage);
  const arrived = new Promise<void>((resolve) => {
    let missing = VOLUME;
    to.onMessage = ({ byteLength }) => {
      missing -= byteLength;
      if (missing <= 0) resolve();
    };
  });
  const start = performance.now();
  for (let sent = 0; sent < VOLUME; sent += message.byteLength) {
    if (from.buffered > HIGH_WATER_BYTES) await from.drained();
    from.send(message);
  }
  await arrived;
  from.close();
  return megabytesPerSecond(VOLUME, performance.now() - start);
}

/** Median, in ms, of so many bytes there and back. */
async function channelRoundTrip([near, far]: Pair, bytes: number): Promise<number> {
  const message = new Uint8Array(near.maxMessage);
  const arrivals = (end: Transport) =>
    new Promise<void>((resolve) => {
      let missing = bytes;
      end.onMessage = ({ byteLength }) => {
        missing -= byteLength;
        if (missing <= 0) resolve();
      };
    });
  const sendAll = (end: Transport) => {
    for (let sent = 0; sent < bytes; sent += message.byteLength) end.send(message);
  };
  const times: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const [there, back] = [arrivals(far), arrivals(near)];
    const start = performance.now();
    sendAll(near);
    await there;
    sendAll(far);
    await back;
    times.push(performance.now() - start);
  }
  return middle(times);
}

/** Two links, one to the other. */
class LinkedPair {
  readonly #near: Link;
  readonly #far: Link;
  #atNear = (_message: LinkMessage) => {};
  #atFar = (_message: LinkMessage) => {};

  constructor([near, far]: Pair) {
    const onLineEnd = () => {};
    this.#near = new Link(1, { onMessage: (message) => this.#atNear(message), onLineEnd });
    this.#far = new Link(1, { onMessage: (message) => this.#atFar(message), onLineEnd });
    this.#near.attach(new Line(near), 0);
    this.#far.attach(new Line(far), 0);
  }

  /** MB/s of messages of so many bytes. */
  async rate(bytes: number): Promise<number> {
    const count = Math.ceil(VOLUME / bytes);
    const message = halo(bytes);
    const arrived = new Promise<void>((resolve) => {
      let missing = count;
      this.#atFar = () => {
        if (--missing === 0) resolve();
      };
    });
    const start = performance.now();
    await Promise.all(Array.from({ length: count }, () => this.#near.send(message)));
    await arrived;
    return megabytesPerSecond(count * bytes, performance.now() - start);
  }

  /** Median, in ms, of messages of so many bytes there and back. */
  async roundTrip(bytes: number): Promise<number> {
    const message = halo(bytes);
    this.#atFar = (received) => void this.#far.send(received);
    const times: number[] = [];
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      const start = performance.now();
      const back = new Promise<void>((resolve) => {
        this.#atNear = () => resolve();
      });
      await this.#near.send(message);
      await back;
      times.push(performance.now() - start);
    }
    return middle(times);
  }
}

function halo(bytes: number): LinkMessage {
  const parcel = { coding: 'plain', quiet: [false], content: new Uint8Array(bytes) } as const;
  return { type: 'halo', plan: 1, step: 1, from: 0, rate: 0, parcel };
}

function megabytesPerSecond(bytes: number, milliseconds: number): number {
  return bytes / 1e6 / (milliseconds / 1e3);
}
