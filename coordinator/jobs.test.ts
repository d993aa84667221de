import { expect, onTestFinished, test } from 'vitest';
import { jobRecordKey } from '../core/protocol/keys.js';
import { writeJobEnd } from './job-end.js';
import { openStage } from './stage.suite.js';

const file = {
  name: 'ripple',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1 },
  time: { steps: 10 },
  parameters: { speed: 1 },
};

test('a coordinator that starts again goes on with all jobs that have not ended, whatever else lies there', async () => {
  const before = await openStage();
  onTestFinished(() => before.close());
  const { folder, coordinator } = before;
  const { store, jobs } = coordinator;
  const ids: string[] = [];
  for (let i = 0; i < 20; i++) ids.push((await jobs.submit(coordinator.room('main'), file)).id);
  const [ended = '', torn = '', foreign = '', ...open] = ids;
  await writeJobEnd(store, ended, { state: 'stopped' });
  const put = (id: string, text: string) => store.put(jobRecordKey(id), new TextEncoder().encode(text));
  await put(torn, '{');
  await put(
    foreign,
    JSON.stringify({ room: 'main', submitted: new Date(), file: { ...file, model: 'gone' } }),
  );
  await coordinator.close();

  const again = await openStage({ folder, resume: true });
  onTestFinished(() => again.close());
  expect(
    again
      .conductor()
      .jobs()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(open.sort());
});
