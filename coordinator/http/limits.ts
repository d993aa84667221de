// What one request may ask of the coordinator.

/** Objects whose addresses one request asks for. */
export const MAX_INPUTS_ASKED = 256;

/** Steps of a probe that one request reads: each is decoded from a chunk of the result. */
export const MAX_STEPS_READ = 65_536;

/** Points that one request asks of a probe: more than any screen is wide. */
export const MAX_POINTS = 4_096;

/** Events that one request reads. */
export const MAX_EVENTS_READ = 500;

/** Values of a file made for a download; larger ones are made by `groundswell export`, which has a process of its own. */
export const MAX_EXPORT_VALUES = 64 * 1024 * 1024;
