import { expect, it } from 'vitest';
import { ChunkNames } from './chunk-names.js';

const chunk = (sha256: string) => ({ member: 3, key: 'film/psi/c/3/0', sha256 });

it('a chunk has the bytes that its holder named first; others go aside, and who brings them is not believed', () => {
  const names = new ChunkNames();
  expect(names.name(chunk('true'), 'anna', true)).toEqual({ kind: 'chunk' });
  expect(names.name(chunk('true'), 'bert', true)).toEqual({ kind: 'chunk' });
  expect(names.name(chunk('false'), 'carl', true)).toEqual({ kind: 'aside' });
  expect(['anna', 'bert', 'carl'].map((peer) => names.isContradicted(3, peer))).toEqual([false, false, true]);
});

it('nobody names other bytes for what he has named', () => {
  const names = new ChunkNames();
  names.name(chunk('true'), 'anna', true);
  expect(names.name(chunk('false'), 'anna', true)).toEqual({ kind: 'refused' });
});

it('who was not given a member says nothing of it', () => {
  const names = new ChunkNames();
  expect(names.name(chunk('false'), 'mallory', false)).toEqual({ kind: 'aside' });
  expect(names.isContradicted(3, 'mallory')).toBe(false);
  expect(names.name(chunk('true'), 'anna', true)).toEqual({ kind: 'chunk' });
});

it('what a peer named that is gone before it was done, or was found out, binds nobody', () => {
  const names = new ChunkNames();
  names.name(chunk('false'), 'mallory', true);
  names.lost('mallory', [3]);
  expect(names.name(chunk('true'), 'anna', true)).toEqual({ kind: 'chunk' });
  names.forget([3]);
  expect(names.name(chunk('new'), 'bert', true)).toEqual({ kind: 'chunk' });
});

it('bytes that two named are bound when the first one goes: a third brings no others', () => {
  const names = new ChunkNames();
  names.name(chunk('true'), 'anna', true);
  names.name(chunk('true'), 'bert', true);
  names.lost('anna', [3]);
  expect(names.name(chunk('false'), 'mallory', true)).toEqual({ kind: 'aside' });
  expect(names.bindersOf(3)).toEqual(new Set(['bert']));
});

it('counts what a peer brought since a member was given out last', () => {
  const names = new ChunkNames();
  names.name(chunk('true'), 'anna', true);
  names.name(chunk('true'), 'anna', true);
  names.name({ ...chunk('true'), key: 'film/psi/c/3/1' }, 'bert', true);
  names.name({ ...chunk('true'), key: 'film/psi/c/3/2' }, 'mallory', false);
  expect(['anna', 'bert', 'mallory'].map((peer) => names.count(3, peer))).toEqual([1, 1, 0]);
  names.forget([3]);
  expect(names.count(3, 'anna')).toBe(0);
});

it('nobody names two things for a chunk that go aside, and it is known what does', () => {
  const names = new ChunkNames();
  names.name(chunk('true'), 'anna', true);
  names.name(chunk('true'), 'bert', true);
  names.name(chunk('false'), 'mallory', true);
  expect(names.name(chunk('other'), 'mallory', true)).toEqual({ kind: 'refused' });
  const { key } = chunk('');
  expect(['anna', 'bert', 'mallory'].map((peer) => names.isTaken(3, key, peer))).toEqual([true, true, false]);
});

it('knows whose word the bytes of a member are', () => {
  const names = new ChunkNames();
  names.name(chunk('false'), 'mallory', true);
  names.name(chunk('true'), 'anna', true);
  expect(names.bindersOf(3)).toEqual(new Set(['mallory']));
  names.forget([3]);
  expect(names.bindersOf(3).size).toBe(0);
});
