import { expect, test, vi } from 'vitest';
import { Users } from './users.js';

test('memory is free once the last who uses it is done, and once only', () => {
  const free = vi.fn();
  const users = new Users(free);
  const [first, second] = [users.join(), users.join()];
  first();
  const third = users.join();
  second();
  expect(free).not.toHaveBeenCalled();
  third();
  expect(free).toHaveBeenCalledOnce();
});

test('who is done twice is done for nobody else', () => {
  const free = vi.fn();
  const users = new Users(free);
  const done = users.join();
  users.join();
  done();
  done();
  expect(free).not.toHaveBeenCalled();
});
