import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LINK_ACKNOWLEDGE_BYTES } from '../protocol/limits.js';
import { Line } from './line.js';
import { Link } from './link.js';
import type { StateMessage } from './messages.js';
import { Wire } from './wire.fixture.js';

// Channels that break at any message are played here; links over real ones are tested in peer-node and in the browser.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const state = (part: number, length = 1): StateMessage => ({
  type: 'state',
  plan: 1,
  from: 0,
  to: 1,
  part,
  cells: new Float32Array(length).fill(part),
});

/** Two ends of a link, and the channel that they have now. */
class Ends {
  readonly links: readonly [Link, Link];
  readonly heard: readonly [number[], number[]] = [[], []];
  wires: readonly [Wire, Wire];

  constructor() {
    const link = (heard: number[]) =>
      new Link(1, {
        onMessage: (message) => {
          if (message.type !== 'state') return;
          const [first = Number.NaN] = message.cells;
          heard.push(message.cells.every((cell) => cell === first) ? first : Number.NaN);
        },
        onLineEnd: () => {},
      });
    this.links = [link(this.heard[0]), link(this.heard[1])];
    this.wires = this.connect();
  }

  /** As after a greeting, in which each has told what it has. */
  connect(): readonly [Wire, Wire] {
    for (const link of this.links) link.detach();
    const received = this.links.map((link) => link.received());
    this.wires = Wire.pair('when asked');
    for (const [i, link] of this.links.entries()) {
      link.attach(new Line(this.wires[i] as Wire), received[1 - i] ?? 0);
    }
    return this.wires;
  }

  /** Lets all that is under way arrive. */
  async carryAll(): Promise<void> {
    for (let i = 0; i < 1000; i++) {
      await Promise.resolve();
      for (const wire of this.wires) wire.carry();
    }
  }

  close(): void {
    for (const link of this.links) link.end('over');
  }
}

describe('a link', () => {
  test('brings each message once and in order, wherever its channels break, and though memory is used again as soon as it may', async () => {
    const action = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          end: fc.nat(1),
          length: fc.integer({ min: 1, max: 9000 }),
        }),
      },
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('carry' as const), end: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'break' as const, end: 0 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const ends = new Ends();
        const sent: [number[], number[]] = [[], []];
        const taken: Promise<void>[] = [];
        for (const [i, act] of actions.entries()) {
          if (act.kind === 'send') {
            const message = state(i, act.length);
            taken.push(ends.links[act.end as 0 | 1].send(message, () => message.cells.fill(-1)));
            sent[act.end as 0 | 1].push(i);
          } else if (act.kind === 'carry') ends.wires[act.end as 0 | 1].carry();
          else ends.connect();
          await Promise.resolve();
        }
        await ends.carryAll();
        await Promise.all(taken);
        expect(ends.heard).toEqual([sent[1], sent[0]]);
        ends.close();
      }),
    );
  });

  test('does not tell its user of a channel that broke: sends wait for the next', async () => {
    const ends = new Ends();
    ends.wires[0].close();
    const taken = vi.fn();
    const sent = ends.links[0].send(state(1)).then(taken);
    await Promise.resolve();
    expect(taken).not.toHaveBeenCalled();
    ends.connect();
    await sent;
    await ends.carryAll();
    expect(ends.heard[1]).toEqual([1]);
    ends.close();
  });

  test('says that memory is free when the other side has the message, and neither before nor twice', async () => {
    const ends = new Ends();
    await ends.carryAll();
    const arrived = vi.fn();
    await ends.links[0].send(state(1), arrived);
    ends.connect();
    expect(arrived).not.toHaveBeenCalled();
    await ends.carryAll();
    await ends.links[1].send(state(2));
    await ends.carryAll();
    await ends.links[1].send(state(3));
    await ends.carryAll();
    expect(arrived).toHaveBeenCalledOnce();
    ends.close();
  });

  test('that ends says of no memory that it is free: its channel may still hold it', async () => {
    const ends = new Ends();
    const arrived = vi.fn();
    await ends.links[0].send(state(1), arrived);
    ends.close();
    expect(arrived).not.toHaveBeenCalled();
  });

  test('tells what has arrived, though it has nothing to send', async () => {
    const ends = new Ends();
    // At first each side asks how long the way is.
    await ends.carryAll();
    const tells = vi.spyOn(ends.wires[1], 'send');
    const cells = LINK_ACKNOWLEDGE_BYTES / Float32Array.BYTES_PER_ELEMENT;
    await ends.links[0].send(state(1, cells - 100));
    await ends.carryAll();
    expect(tells).not.toHaveBeenCalled();
    await ends.links[0].send(state(2, 200));
    await ends.carryAll();
    expect(tells).toHaveBeenCalledOnce();
    ends.close();
  });

  test('ends where the other side says that it has received what was never sent', async () => {
    const ends = new Ends();
    const line = new Line(Wire.pair('at once')[0]);
    expect(() => ends.links[0].attach(line, 5)).toThrow(expect.objectContaining({ code: 'protocol' }));
    ends.close();
  });

  test('that has ended lets nobody wait, and leaves no timer', async () => {
    const ends = new Ends();
    ends.wires[0].close();
    const sent = ends.links[0].send(state(1));
    ends.close();
    await expect(sent).rejects.toMatchObject({ code: 'link' });
    await expect(ends.links[0].send(state(2))).rejects.toMatchObject({ code: 'link' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
