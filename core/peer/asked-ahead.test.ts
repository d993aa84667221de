import { expect, test } from 'vitest';
import { AskedAhead } from './asked-ahead.js';

/** An engine that takes so many seconds for each exchange, by a clock of its own. */
function engineOf(seconds: number) {
  let clock = 0;
  const asked: (() => void)[] = [];
  const ahead = new AskedAhead(() => clock);
  const ask = () => ahead.add(new Promise((made) => asked.push(made)));
  return {
    ahead,
    ask,
    async make(): Promise<void> {
      clock += seconds;
      asked.shift()?.();
      await new Promise((later) => setImmediate(later));
    },
  };
}

/** How many are under way when no more may be asked for. */
async function deepest(seconds: number): Promise<number> {
  const { ahead, ask, make } = engineOf(seconds);
  ask();
  ask();
  await make();
  await make();
  let underWay = 0;
  for (let full = false; !full; ) {
    ask();
    underWay += 1;
    full = await Promise.race([
      ahead.room().then(() => false),
      new Promise<boolean>((later) => setImmediate(() => later(true))),
    ]);
  }
  return underWay;
}

test.each([
  { seconds: 1, underWay: 2 },
  { seconds: 0.006, underWay: 6 },
  { seconds: 0.0001, underWay: 9 },
])('of exchanges of $seconds s there are at most $underWay under way', async ({ seconds, underWay }) => {
  expect(await deepest(seconds)).toBe(underWay);
});

test('what fails is told to whoever waits', async () => {
  const ahead = new AskedAhead(() => 0);
  ahead.add(Promise.reject(new Error('lost')));
  ahead.add(new Promise(() => {}));
  await expect(ahead.room()).rejects.toThrow('lost');
  await expect(ahead.all()).rejects.toThrow('lost');
});

test('what fails is told at once to whoever waits for something else, which may never come', async () => {
  const ahead = new AskedAhead(() => 0);
  expect(await ahead.meanwhile(Promise.resolve('here'))).toBe('here');
  const waiting = ahead.meanwhile(new Promise(() => {}));
  ahead.add(Promise.reject(new Error('lost')));
  await expect(waiting).rejects.toThrow('lost');
  await expect(ahead.meanwhile(new Promise(() => {}))).rejects.toThrow('lost');
  await expect(ahead.meanwhile(Promise.reject(new Error('gone too')))).rejects.toThrow('lost');
});
