import { hostname } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import type { Cut } from '../../coordinator/export/plane.js';
import { S3_ADDRESS_EXAMPLE, type S3Address, s3Address } from '../../coordinator/store/s3-address.js';
import { StoreError } from '../../core/errors.js';
import { readIceAddress } from '../../core/links/ice-address.js';
import { MAX_ICE_SERVERS, MAX_NAME_LENGTH, MAX_VIEW_RATE } from '../../core/protocol/limits.js';
import type { GpuChoice } from '../gpu/adapters.js';

export const DEFAULT_PORT = 8470;
export const DEFAULT_ADDRESS = `http://localhost:${DEFAULT_PORT}`;
const MOST_PEERS = 64;
const MOST_THREADS = 1024;
/** Less holds no shard worth computing. */
const LEAST_GPU_GIB = 0.1;
/** Several times what any card has: more was meant to be another unit. */
const MOST_GPU_GIB = 1024;

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** Reads a coordinator's address or an invitation. */
export function address(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new InvalidArgumentError(`Give an address like ${DEFAULT_ADDRESS}.`);
}

/** Reads which GPUs: `all`, a number, or parts of names with commas between. */
function gpuChoice(text: string): GpuChoice {
  if (text === 'all') return { kind: 'all' };
  if (/^\d+$/.test(text)) return { kind: 'count', count: wholeNumber(1, MOST_PEERS)(text) };
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => part !== '')) return { kind: 'names', parts };
  throw new InvalidArgumentError('Give all, a number, or names with commas between.');
}

function peerName(text: string): string {
  if (text.length >= 1 && text.length <= MAX_NAME_LENGTH) return text;
  throw new InvalidArgumentError(`Give 1 to ${MAX_NAME_LENGTH} characters.`);
}

/** Reads one more ICE server, after those before. */
function iceAddresses(text: string, before: readonly string[] = []): readonly string[] {
  if (readIceAddress(text) === undefined) {
    throw new InvalidArgumentError('Give addresses like stun:host:3478 or turn:host:3478?transport=udp.');
  }
  if (before.length < MAX_ICE_SERVERS) return [...before, text];
  throw new InvalidArgumentError(`Give at most ${MAX_ICE_SERVERS}.`);
}

/** Reads a whole number, below 0 too. */
export function snapshot(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number, from 0 on, or from -1 back.');
}

/** Reads the number of a member of a sweep. */
export function memberNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number, from 0 on.');
}

/** Reads where a volume is cut. */
export function cut(text: string): Cut {
  const [, axis, index] = /^([xyz])=(\d+)$/.exec(text) ?? [];
  if (axis !== undefined) return { axis, index: Number(index) };
  throw new InvalidArgumentError('Give an axis and a cell, like z=20.');
}

export function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}

export const positiveWhole = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** Reads frames a second. */
export function frameRate(text: string): number {
  const value = positive(text);
  if (value >= 0.1 && value <= MAX_VIEW_RATE) return value;
  throw new InvalidArgumentError(`Give a number from 0.1 to ${MAX_VIEW_RATE}.`);
}

/** A job's id, alone or after a coordinator's address. */
export function watched(what: readonly string[]): { readonly url: URL; readonly job: string } {
  const [first = '', second] = what;
  if (what.length > 2) throw new InvalidArgumentError('Give a job, and before it at most one address.');
  return second === undefined
    ? { url: address(DEFAULT_ADDRESS), job: first }
    : { url: address(first), job: second };
}

/** Reads a memory's size, and gives it in bytes. */
function gibibytes(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value >= LEAST_GPU_GIB && value <= MOST_GPU_GIB) {
    return Math.floor(value * 2 ** 30);
  }
  throw new InvalidArgumentError(`Give GiB, a number from ${LEAST_GPU_GIB} to ${MOST_GPU_GIB}.`);
}

/** Reads a store's address. */
export function storeAddress(text: string): S3Address {
  try {
    return s3Address(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof StoreError ? error.message : String(error));
  }
}

/** The options that several commands share. A fresh one each time, for commander changes them. */
export const option = {
  host: () => new Option('--host <address>', 'address to listen on').default('127.0.0.1'),
  port: () =>
    new Option('--port <number>', `port to listen on (default: ${DEFAULT_PORT})`).argParser(
      wholeNumber(1, 65_535),
    ),
  data: () =>
    new Option('--data <folder>', "the coordinator's folder: jobs, results, its token").default('data'),
  store: () =>
    new Option('--store <address>', `keep objects in S3, for example ${S3_ADDRESS_EXAMPLE}`)
      .env('GROUNDSWELL_STORE')
      .argParser(storeAddress),
  evidence: () =>
    new Option(
      '--evidence <MiB>',
      'what a peer may have to show of a half second or more of its work; larger shards are held to their shadows alone (default: 256)',
    ).argParser(wholeNumber(1, 2048)),
  ice: () =>
    new Option(
      '--ice <address>',
      'a STUN or TURN server for peers without a direct way, like stun:host:3478; may be given again',
    ).argParser(iceAddresses),
  turnSecret: () =>
    new Option('--turn-secret <secret>', 'what the TURN servers share with this coordinator').env(
      'GROUNDSWELL_TURN_SECRET',
    ),
  engine: () =>
    new Option('--engine <engine>', 'what computes').choices(['auto', 'webgpu', 'wasm']).default('auto'),
  threads: () =>
    new Option(
      '--threads <number>',
      'threads of a peer that computes with wasm (default: what the machine has, parted among its peers)',
    ).argParser(wholeNumber(1, MOST_THREADS)),
  /** Said to each of several peers by the command that starts them; nobody else has to. */
  beside: () => new Option('--beside <number>').argParser(wholeNumber(0, MOST_THREADS)).hideHelp(),
  share: () =>
    new Option(
      '--share <per cent>',
      'how much of the device computes: works so much of the time and rests for the remainder',
    )
      .argParser((text) => wholeNumber(1, 100)(text) / 100)
      .default(1, '100'),
  gpu: () =>
    new Option('--gpu <name>', 'the GPU that computes, by a part of its name; stronger than --engine'),
  gpus: () =>
    new Option(
      '--gpus <which>',
      'a peer for each GPU: all, a number, or parts of their names; stronger than --peers',
    ).argParser(gpuChoice),
  gpuMemory: () =>
    new Option(
      '--gpu-memory <GiB>',
      'memory of a GPU that a peer may fill (default: twice the largest array that the GPU binds)',
    ).argParser(gibibytes),
  transport: () =>
    new Option('--transport <transport>', 'what carries its links to other peers')
      .choices(['auto', 'datachannel', 'werift'])
      .default('auto'),
  name: () =>
    new Option('--name <name>', 'what the others call this peer')
      .argParser(peerName)
      .default(hostname().slice(0, MAX_NAME_LENGTH), 'this machine'),
  peers: (least: number, count: number) =>
    new Option('--peers <number>', 'peers on this machine')
      .argParser(wholeNumber(least, MOST_PEERS))
      .default(count),
  token: () =>
    new Option(
      '--token <token>',
      'right to submit and stop (default: the token in --data, on this machine)',
    ).env('GROUNDSWELL_TOKEN'),
  url: () =>
    new Option('--url <address>', "the coordinator's address")
      .argParser(address)
      .default(address(DEFAULT_ADDRESS), DEFAULT_ADDRESS),
  json: () => new Option('--json', 'one JSON object a line, for scripts'),
};
