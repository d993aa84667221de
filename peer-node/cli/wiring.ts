import type { Parts } from './parts.js';

/** The real parts, each loaded when it is first needed: a peer needs no server, and a wrong option neither. */
export const parts: Parts = {
  readJob: async (path) => (await import('./parts/job-file.js')).readJob(path),
  startCoordinator: async (options) => (await import('./parts/coordinator.js')).startCoordinator(options),
  prepareBucket: async (address, options) =>
    (await import('../../coordinator/store/s3-bucket.js')).prepareBucket(address, options),
  exportResult: async (from, request, lifetime) =>
    (await import('./parts/export.js')).exportResult(from, request, lifetime),
  joinRoom: async (options) => (await import('./parts/peer.js')).joinRoom(options),
  openViewer: async (options) => (await import('../viewer.js')).openViewer(options),
  chooseGpus: async (choice) => {
    const { chooseGpus, listGpus } = await import('../gpu/adapters.js');
    return chooseGpus(await listGpus(), choice);
  },
};
