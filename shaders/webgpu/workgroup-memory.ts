/**
 * Where an app keeps which workgroup proved best, from one start to the next: text by key. What it gives back is checked,
 * and what it loses is measured again, so it may be any cache.
 */
export interface WorkgroupMemory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
}
