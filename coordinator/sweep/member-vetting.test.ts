import { expect, it } from 'vitest';
import { Ledger } from '../../core/trust/reputation/ledger.js';
import type { Finding } from '../../core/trust/reputation/standing.js';
import type { Known } from '../trust/parties.js';
import type { MemberVerdict } from './member-verdict.js';
import { type Found, MemberVetting } from './member-vetting.js';

const known: Known = {
  party: { key: 'k', owner: 'o' },
  key: 'k'.repeat(64),
  numericalClass: 'plain',
  isOwn: false,
};

/** A vetting in which the members in `drawn` are checked, and answered when the test says so. */
function vettingOf(drawn: readonly number[], believesOwn = true) {
  const ledger = new Ledger();
  const findings: Finding[] = [];
  const found: Found[] = [];
  const stood: string[] = [];
  const asked = new Map<number, (verdict: MemberVerdict) => void>();
  const vetting = new MemberVetting(
    {
      parties: {
        isChecked: (_party, { shard }) => drawn.includes(shard),
        record: (_party, finding) => findings.push(finding),
        credit: ledger,
        stands: (step) => ledger.stands(step),
      },
      checks: {
        check: (member) => new Promise((resolve) => asked.set(member, resolve)),
        close: () => {},
      },
      ...{ plan: 1, believesOwn, log: () => {}, stood: (key: string) => stood.push(key) },
    },
    {
      foundOut: (liar) => found.push(liar),
      doubtful: (other) => found.push(other),
      progressed: () => {},
      failed: (error) => {
        throw error;
      },
    },
  );
  return {
    ...{ vetting, findings, found, asked, stood },
    credit: () => ledger.of(known.party),
    over: (...members: number[]) => {
      for (const member of members) {
        vetting.finished('peer', known, { member, claim: 'stored', updates: 10 });
      }
    },
    async answer(member: number, verdict: MemberVerdict) {
      asked.get(member)?.(verdict);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

it('a good member speaks for those before it, and for none after it', async () => {
  const { vetting, over, answer, credit, findings, stood } = vettingOf([2]);
  over(1, 2, 3);
  expect([...vetting.unsure]).toEqual([1, 2, 3]);
  expect(vetting.isClear).toBe(false);
  expect(stood).toEqual([]);
  await answer(2, { kind: 'holds' });
  expect([...vetting.unsure]).toEqual([3]);
  expect(vetting.isClear).toBe(true);
  expect([credit(), findings, stood]).toEqual([20, ['good'], [known.key]]);
});

it('whoever lied loses all since the last good one, and brings no credit for it', async () => {
  const { vetting, over, answer, credit, found, findings } = vettingOf([1, 4]);
  over(1, 2, 3, 4, 5);
  await answer(1, { kind: 'holds' });
  await answer(4, { kind: 'lied', why: 'a chunk' });
  expect(found.map(({ again }) => again)).toEqual([[2, 3, 4, 5]]);
  vetting.stand();
  expect([credit(), findings]).toEqual([10, ['good', 'lied']]);
});

it('a good member does not speak for one that is being looked at itself', async () => {
  const { vetting, over, answer } = vettingOf([1, 2]);
  over(1, 2);
  await answer(2, { kind: 'holds' });
  expect([...vetting.unsure]).toEqual([1]);
});

it('no more than two of one key are looked at at once', () => {
  const { over, asked } = vettingOf([1, 2, 3, 4]);
  over(1, 2, 3, 4);
  expect([...asked.keys()]).toEqual([1, 2]);
});

it('a member that is said to diverge is always looked at, and brings no credit', async () => {
  const { vetting, answer, asked, credit } = vettingOf([]);
  vetting.finished('peer', known, { member: 7, claim: 'diverged', updates: 10 });
  expect([...asked.keys()]).toEqual([7]);
  await answer(7, { kind: 'holds' });
  expect([vetting.unsure.size, credit()]).toEqual([0, 0]);
});

it('the coordinator’s own peers are believed, unless the sweep says otherwise', () => {
  const [believed, checked] = [vettingOf([1]), vettingOf([1], false)];
  for (const { vetting } of [believed, checked])
    vetting.finished('peer', { ...known, isOwn: true }, { member: 1, claim: 'stored', updates: 10 });
  expect([believed.asked.size, believed.credit(), checked.asked.size]).toEqual([0, 10, 1]);
});
