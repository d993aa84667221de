import type { WorkgroupMemory } from '../shaders/webgpu/workgroup-memory.js';
import { inStore } from './database.js';

const WORKGROUPS = { database: 'groundswell', store: 'workgroups' };

/** Remembers in the browser's own database, for workers have no localStorage. Where there is none, as in private windows of some browsers, calls reject. */
export function workgroupStore(): WorkgroupMemory {
  return {
    get: async (key) => {
      const value: unknown = await inStore(WORKGROUPS, 'readonly', (store) => store.get(key));
      return typeof value === 'string' ? value : undefined;
    },
    set: async (key, value) => {
      await inStore(WORKGROUPS, 'readwrite', (store) => store.put(value, key));
    },
  };
}
