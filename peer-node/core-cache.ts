import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux describes the caches of a core: one folder each. */
const CACHES = '/sys/devices/system/cpu/cpu0/cache';

/** Bytes of the second-level cache, which a core has to itself; undefined where the system does not say. */
export function coreCacheBytes(folder = CACHES): number | undefined {
  try {
    const read = (cache: string, what: string) => readFileSync(join(folder, cache, what), 'utf8').trim();
    const second = readdirSync(folder).find(
      (name) => name.startsWith('index') && read(name, 'level') === '2',
    );
    const kilobytes = second && /^(\d+)K$/.exec(read(second, 'size'))?.[1];
    return kilobytes ? Number(kilobytes) * 1024 : undefined;
  } catch {
    return undefined;
  }
}
