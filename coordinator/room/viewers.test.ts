import { describe, expect, test } from 'vitest';
import type { ViewerEntry } from '../../core/protocol/document.js';
import type { View } from '../../core/watch/view.js';
import { MAX_VIEWERS, MAX_VIEWS } from './limits.js';
import { Viewers } from './viewers.js';

const view = (at: number, rate = 10): View => ({ state: 'psi', axis: 'z', at, stride: 1, rate });

function audience() {
  const entries = new Map<string, ViewerEntry>();
  const viewers = new Viewers((id, entry) => {
    if (entry) entries.set(id, entry);
    else entries.delete(id);
  });
  const come = (id: string, at: number, rate?: number) => {
    viewers.join(id, 'browser');
    return viewers.look(id, view(at, rate));
  };
  const from = () => Object.fromEntries([...entries].map(([id, entry]) => [id, entry.from]));
  return { viewers, entries, come, from };
}

describe('the viewers of a room', () => {
  test('of one plane are a tree: one asks the peers, each serves two', () => {
    const { come, from } = audience();
    for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) come(id, 3, 1 + i);
    expect(from()).toEqual({ a: undefined, b: 'a', c: 'a', d: 'b', e: 'b' });
  });

  test('stay a tree when one goes, and only those beside it are moved', () => {
    const { viewers, come, from } = audience();
    for (const id of ['a', 'b', 'c', 'd', 'e']) come(id, 3);
    viewers.left('b');
    expect(from()).toEqual({ a: undefined, e: 'a', c: 'a', d: 'e' });
    viewers.left('a');
    expect(from()).toEqual({ d: undefined, e: 'd', c: 'd' });
  });

  test('who look elsewhere change trees', () => {
    const { viewers, come, from, entries } = audience();
    for (const id of ['a', 'b', 'c']) come(id, 3);
    viewers.look('a', view(4));
    expect(from()).toEqual({ a: undefined, c: undefined, b: 'c' });
    viewers.look('b', undefined);
    expect(entries.get('b')).toEqual({ kind: 'browser' });
  });

  test('see so many planes at once; whoever is alone with one may change it', () => {
    const { viewers, come } = audience();
    for (let at = 0; at < MAX_VIEWS; at++) expect(come(`v${at}`, at)).toBe(true);
    expect(come('late', 99)).toBe(false);
    expect(viewers.look('late', view(1))).toBe(true);
    expect(viewers.look('v0', view(98))).toBe(true);
    expect(viewers.look('v1', view(97))).toBe(false);
  });

  test('are so many at most', () => {
    const { viewers } = audience();
    for (let i = 0; i < MAX_VIEWERS; i++) viewers.join(`v${i}`, 'node');
    expect(viewers.isFull).toBe(true);
  });
});
