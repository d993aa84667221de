import { expect, test } from 'vitest';
import { Questions } from './questions.js';

test('the way is as long as the quickest answer took, and a made-up answer counts for nothing', () => {
  let clock = 0;
  const questions = new Questions(() => clock);
  for (const seconds of [0.05, 0.04, 0.3]) {
    const asks = questions.ask();
    questions.answered(asks === 1 ? 2 : asks - 1);
    clock += seconds;
    questions.answered(asks);
    questions.answered(asks);
  }
  expect(questions.roundTrip).toBeCloseTo(0.04);
});

test('a question that was never answered is forgotten with the next', () => {
  let clock = 0;
  const questions = new Questions(() => clock);
  const lost = questions.ask();
  for (let answer = 0; answer < 3; answer++) {
    const asks = questions.ask();
    clock += 0.1;
    questions.answered(lost);
    questions.answered(asks);
  }
  expect(questions.roundTrip).toBeCloseTo(0.1);
});
