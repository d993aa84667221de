import type { z } from 'zod';
import { ProtocolError } from '../errors.js';
import { MAX_CONTROL_BYTES, PROTOCOL_VERSION } from './limits.js';
import { type ToCoordinator, type ToPeer, toCoordinator, toPeer } from './messages.js';

/** @throws ProtocolError that names the field and what belongs there. */
export function readToCoordinator(text: string): ToCoordinator {
  const value = parse(text);
  const spoken = versionOfHello(value);
  // Asked first: another version may well write its first words in another way.
  if (spoken !== undefined && spoken !== PROTOCOL_VERSION) throw new VersionError(spoken);
  return checked(toCoordinator, value);
}

/** @throws ProtocolError that names the field and what belongs there. */
export function readToPeer(text: string): ToPeer {
  return checked(toPeer, parse(text));
}

/** Someone who speaks another version of the protocol. */
export class VersionError extends ProtocolError {
  constructor(spoken: number) {
    super(
      `this coordinator speaks version ${PROTOCOL_VERSION} of the protocol, the peer speaks ${spoken}; ` +
        `bring the ${spoken < PROTOCOL_VERSION ? 'peer (or reload its page)' : 'coordinator'} up to date`,
    );
  }
}

function parse(text: string): unknown {
  // A character of a string takes at most three bytes of UTF-8, and never less than one.
  if (text.length > MAX_CONTROL_BYTES) {
    throw new ProtocolError(`a control message has at most ${MAX_CONTROL_BYTES} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('a control message is one JSON object; this is no JSON');
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const type = (value as { type?: unknown } | null)?.type;
  const [issue] = result.error.issues;
  const field = [typeof type === 'string' ? type.slice(0, 32) : 'message', ...(issue?.path ?? [])].join('.');
  throw new ProtocolError(
    `${field}: ${issue?.message ?? 'breaks its schema'}; write it as docs/protocol.md says`,
  );
}

function versionOfHello(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, version } = value as Record<string, unknown>;
  return (type === 'hello' || type === 'watch') && Number.isInteger(version)
    ? (version as number)
    : undefined;
}
