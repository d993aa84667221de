/**
 * What fleets of the simulation are drawn from, in one place, to be set by what real runs show. Each line says where it is from;
 * `assumed` is what nobody has measured for us yet.
 */
export const CALIBRATION = {
  /** Cell updates a second. Median and spread assumed; lognormal as processor speeds are (Heien, Kondo, Anderson 2012). */
  volunteer: { rate: 2e8, sigma: 1.2 },
  workstation: { rate: 5e8, sigma: 0.7 },
  cloud: { rate: 2e9, sigma: 0.1 },
  /** Seconds a step beside its cells: what starting kernels takes a GPU. Assumed. */
  stepSeconds: 2e-4,
  /**
   * Seconds an exchange beside its bytes: what reading a device, packing, sealing, sending to 8 neighbours and writing takes its processor. Measured: 16 played devices, 8
   * in each of two processes, whose steps take 22 ms more than the model says without it (`npm run bench -- fleet weak`).
   */
  exchangeSeconds: 2.75e-3,
  /** Bytes of memory that a peer gives. Assumed. */
  memory: 4e9,
  /** Bits a second. A home's uplink, and its downlink in uplinks. Assumed. */
  homeUplink: { median: 20e6, sigma: 0.8, downlinks: 5 },
  lan: 1e9,
  cloudNetwork: 25e9,
  /** Of one WebRTC data channel: 52 MB/s by node-datachannel on loopback, measured; a relay's, assumed. */
  channel: 52e6 * 8,
  relay: 1e9,
  /** Seconds there and back. Within a site, to the edge of the network from a home, and across the plane on which sites lie. Assumed, so that pairs are 5 to 200 ms apart. */
  roundTrip: { local: 0.0005, cloud: 0.0005, access: 0.008, across: 0.15 },
  /** Seconds that a message costs either side: half of the 0.26 ms that 1 KiB takes there and back, measured. */
  messageSeconds: 1.3e-4,
  /** Sigma of the logarithm of what the same work, or the same way, takes from one time to the next. Assumed. */
  noise: { compute: 0.03, latency: 0.1 },
} as const;
