import { ProtocolError } from '../errors.js';
import { MAX_UNACKNOWLEDGED_BYTES } from './limits.js';

/**
 * What one side has said that the other may not have heard, and how much it has heard itself. Messages count from 1,
 * whatever connections carried them.
 */
export class Numbered {
  #kept: string[] = [];
  #bytes = 0;
  /** What the other side has heard. */
  #acknowledged = 0;
  #heard = 0;

  /** Oldest first. */
  get unheard(): readonly string[] {
    return this.#kept;
  }

  /** How many messages have come. */
  get heard(): number {
    return this.#heard;
  }

  /** Keeps a message until the other side has it. False where it has been silent about too many. */
  keep(message: string): boolean {
    this.#kept.push(message);
    this.#bytes += message.length;
    return this.#bytes <= MAX_UNACKNOWLEDGED_BYTES;
  }

  /** A message has come. Gives how many have, where it is time to say so. */
  hear(): number | undefined {
    this.#heard += 1;
    return this.#heard % ACKNOWLEDGE_EVERY === 0 ? this.#heard : undefined;
  }

  /** The other side has heard `count` messages. @throws ProtocolError where there were not so many. */
  acknowledge(count: number): void {
    const arrived = count - this.#acknowledged;
    if (arrived < 0 || arrived > this.#kept.length) {
      throw new ProtocolError(`heard.count: ${count} messages were not sent; count what has come`);
    }
    this.#acknowledged = count;
    for (const { length } of this.#kept.splice(0, arrived)) this.#bytes -= length;
  }
}

/** Often enough that little is kept, and seldom enough that it costs nothing. */
const ACKNOWLEDGE_EVERY = 32;
