import { expect, test } from 'vitest';
import { EngineError } from '../../core/errors.js';
import { makeBoard, SharedMeeting } from './meeting.js';

test('a meeting that a thread has given up begins no other course, which could pass for complete', () => {
  const meeting = new SharedMeeting(makeBoard(2), 0, 2, 50);
  meeting.begin();
  expect(() => meeting.gather()).toThrow(/has not moved for 0.05 s/);
  expect(() => meeting.begin()).toThrow(EngineError);
});
