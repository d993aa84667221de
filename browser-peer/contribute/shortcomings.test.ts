import { expect, it } from 'vitest';
import { type Offers, shortcomingsOf } from './shortcomings.js';

const whole: Offers = {
  gpu: {} as GPU,
  isSecureContext: true,
  crossOriginIsolated: true,
  processors: 8,
  hasWebrtc: true,
};

it('a browser that has all lacks nothing', () => {
  expect(shortcomingsOf(whole)).toEqual([]);
});

it.each([
  ['WebGPU', { gpu: undefined }, [/no WebGPU.*processor/]],
  ['isolation', { crossOriginIsolated: false }, [/not isolated.*one thread/]],
  ['WebRTC', { hasWebrtc: false }, [/no WebRTC.*coordinator/]],
  [
    'a secure context',
    { gpu: undefined, isSecureContext: false, crossOriginIsolated: false },
    [/plain http/, /plain http.*one thread/],
  ],
] as const)('a browser without %s is told what that comes to', (_, lacking, expected) => {
  const said = shortcomingsOf({ ...whole, ...lacking });
  expect(said.length).toBe(expected.length);
  for (const [i, pattern] of expected.entries()) expect(said[i]).toMatch(pattern);
});

it('threads are not missed where there is one processor', () => {
  expect(shortcomingsOf({ ...whole, processors: 1, crossOriginIsolated: false })).toEqual([]);
});
