import { describe, expect, it } from 'vitest';
import { StoreError } from '../../core/errors.js';
import { MAX_UPLOAD_BYTES } from '../../core/protocol/limits.js';
import type { Store, Versioned } from './store.js';

const racers = Array.from({ length: 24 }, (_, racer) => racer);
const CREATE_ROUNDS = 200;
const REPLACE_ROUNDS = 20;

const text = (value: string) => new TextEncoder().encode(value);
const plain = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : [...bytes]);

async function collect(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

/** What holds for every store. `make` gives an empty one, which several callers may share. */
export function storeCompliance(name: string, make: () => Promise<Store>): void {
  describe(`${name}, as a store`, () => {
    it('gives back what was put', async () => {
      const store = await make();
      await store.put('a/b.c-d_e', text('one'));
      expect(plain(await store.get('a/b.c-d_e'))).toEqual(plain(text('one')));
    });

    it('keeps an empty object', async () => {
      const store = await make();
      await store.put('empty', new Uint8Array());
      expect(plain(await store.get('empty'))).toEqual([]);
    });

    it('has nothing where nothing was put, not even where keys continue', async () => {
      const store = await make();
      await store.put('a/b/c', text('x'));
      expect(await store.get('a/b')).toBeUndefined();
      expect(await store.get('a/x')).toBeUndefined();
      expect(await store.get('a/b/c/d')).toBeUndefined();
    });

    it('replaces an object by a shorter one', async () => {
      const store = await make();
      await store.put('k', text('a long value'));
      await store.put('k', text('short'));
      expect(plain(await store.get('k'))).toEqual(plain(text('short')));
    });

    it('gives one key to exactly one of 24 racers, round after round, and keeps the winner’s bytes', async () => {
      const store = await make();
      for (let round = 0; round < CREATE_ROUNDS; round++) {
        const won = await Promise.all(
          racers.map((racer) => store.create(`seal/${round}`, text(`racer ${racer}`))),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(plain(await store.get(`seal/${round}`))).toEqual(plain(text(`racer ${won.indexOf(true)}`)));
      }
    });

    it('lets exactly one of 24 racers replace a version, round after round, and keeps the winner’s bytes', async () => {
      const store = await make();
      await store.create('lease', text('nobody'));
      for (let round = 0; round < REPLACE_ROUNDS; round++) {
        const { version } = (await store.getVersioned('lease')) as Versioned;
        const won = await Promise.all(
          racers.map((racer) => store.replace('lease', text(`racer ${racer} of ${round}`), version)),
        );
        expect(won.filter((next) => next !== undefined)).toHaveLength(1);
        const winner = won.findIndex((next) => next !== undefined);
        const { bytes, version: next } = (await store.getVersioned('lease')) as Versioned;
        expect(plain(bytes)).toEqual(plain(text(`racer ${winner} of ${round}`)));
        expect(next).toBe(won[winner]);
      }
    });

    it('replaces neither an older version nor what is not there', async () => {
      const store = await make();
      await store.create('k', text('one'));
      const { version: one } = (await store.getVersioned('k')) as Versioned;
      const two = await store.replace('k', text('two'), one);
      expect(await store.replace('k', text('late'), one)).toBeUndefined();
      expect(await store.replace('k', text('three'), two as string)).toBeDefined();
      expect(plain(await store.get('k'))).toEqual(plain(text('three')));
      expect(await store.getVersioned('none')).toBeUndefined();
      expect(await store.replace('none', text('x'), one)).toBeUndefined();
      expect(await store.get('none')).toBeUndefined();
    });

    it('gives parts of an object, cut to what is there', async () => {
      const store = await make();
      await store.put(
        'k',
        Uint8Array.from({ length: 10 }, (_, i) => i),
      );
      expect(plain(await store.get('k', { from: 2, length: 3 }))).toEqual([2, 3, 4]);
      expect(plain(await store.get('k', { from: 8, length: 9 }))).toEqual([8, 9]);
      expect(plain(await store.get('k', { from: 10, length: 1 }))).toEqual([]);
      expect(plain(await store.get('k', { last: 4 }))).toEqual([6, 7, 8, 9]);
      expect(plain(await store.get('k', { last: 40 }))).toHaveLength(10);
      expect(await store.get('none', { last: 4 })).toBeUndefined();
      await store.put('empty', new Uint8Array());
      expect(plain(await store.get('empty', { last: 4 }))).toEqual([]);
      await expect(store.get('k', { from: -1, length: 1 })).rejects.toThrow(StoreError);
      await expect(store.get('k', { from: 0, length: 0 })).rejects.toThrow(StoreError);
    });

    it('keeps an object of many megabytes whole', async () => {
      const store = await make();
      const large = Uint8Array.from({ length: 20 * 1024 * 1024 + 1 }, (_, i) => (i * 2_654_435_761) >>> 24);
      await store.put('large', large);
      expect(Buffer.compare((await store.get('large')) as Uint8Array, large)).toBe(0);
      expect(plain(await store.get('large', { from: 8_388_600, length: 16 }))).toEqual(
        plain(large.subarray(8_388_600, 8_388_616)),
      );
    });

    it('does not create over what was put', async () => {
      const store = await make();
      await store.put('k', text('first'));
      expect(await store.create('k', text('second'))).toBe(false);
      expect(plain(await store.get('k'))).toEqual(plain(text('first')));
    });

    it('never shows a reader a part of an object', async () => {
      const store = await make();
      const length = 300_000;
      const filled = (value: number) => new Uint8Array(length).fill(value);
      await store.put('k', filled(0));
      let writing = true;
      const writer = (async () => {
        for (let value = 1; value <= 12; value++) await store.put('k', filled(value));
        writing = false;
      })();
      while (writing) {
        const seen = await store.get('k');
        expect(seen).toHaveLength(length);
        expect(new Set(seen).size).toBe(1);
        expect(await collect(store.list(''))).toEqual(['k']);
      }
      await writer;
    });

    it('lists keys in ascending order of the whole key', async () => {
      const store = await make();
      const keys = ['a.b', 'a/b', 'a/b0', 'a/c/2', 'a/c/10', 'a-b', 'ab', 'A', '.hidden/x', 'b', '0'];
      for (const key of keys) await store.put(key, text(key));
      expect(await collect(store.list(''))).toEqual([...keys].sort());
    });

    it('names what lies at one level, however deep the keys go', async () => {
      const store = await make();
      for (const key of ['jobs/b/x/1', 'jobs/b/y', 'jobs/a-1/z', 'jobs/file', 'jobs/gone/x', 'other/c/d'])
        await store.put(key, text(key));
      await store.remove('jobs/gone/x');
      expect(await collect(store.folders('jobs/'))).toEqual(['a-1', 'b']);
      expect(await collect(store.folders(''))).toEqual(['jobs', 'other']);
      expect(await collect(store.folders('none/'))).toEqual([]);
      await expect(collect(store.folders('../'))).rejects.toThrow(StoreError);
    });

    it('lists by a prefix that ends anywhere in a key', async () => {
      const store = await make();
      for (const key of ['job/1/a', 'job/10/a', 'job/2/a', 'jobs/1', 'other'])
        await store.put(key, text(key));
      expect(await collect(store.list('job/1'))).toEqual(['job/1/a', 'job/10/a']);
      expect(await collect(store.list('job/1/'))).toEqual(['job/1/a']);
      expect(await collect(store.list('job'))).toEqual(['job/1/a', 'job/10/a', 'job/2/a', 'jobs/1']);
      expect(await collect(store.list('none/of/them'))).toEqual([]);
    });

    it('removes an object, and does not mind removing it again', async () => {
      const store = await make();
      await store.put('a/b', text('x'));
      await store.remove('a/b');
      await store.remove('a/b');
      await store.remove('a');
      expect(await store.get('a/b')).toBeUndefined();
      expect(await store.create('a/b', text('y'))).toBe(true);
    });

    it.each([
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      'a/..',
      'a\\b',
      'a b',
      'a\0b',
      'a\nb',
      'a~b',
      'a%2e',
      'wëlle',
      '波',
      'a'.repeat(513),
    ])('refuses the key %j', async (key) => {
      const store = await make();
      const bytes = text('x');
      await expect(store.get(key)).rejects.toThrow(StoreError);
      await expect(store.put(key, bytes)).rejects.toThrow(StoreError);
      await expect(store.create(key, bytes)).rejects.toThrow(StoreError);
      await expect(store.getVersioned(key)).rejects.toThrow(StoreError);
      await expect(store.replace(key, bytes, 'v')).rejects.toThrow(StoreError);
      await expect(store.remove(key)).rejects.toThrow(StoreError);
      await expect(store.uploadAddress(key, 1)).rejects.toThrow(StoreError);
      expect(await collect(store.list(''))).toEqual([]);
    });

    it.each(['../', 'a/../b', '/a', 'a//'])('refuses to list by %j', async (prefix) => {
      const store = await make();
      await expect(collect(store.list(prefix))).rejects.toThrow(StoreError);
    });

    it.each([-1, 0.5, Number.NaN, MAX_UPLOAD_BYTES + 1])('gives no address for %d bytes', async (bytes) => {
      const store = await make();
      await expect(store.uploadAddress('k', bytes)).rejects.toThrow(StoreError);
    });
  });
}
