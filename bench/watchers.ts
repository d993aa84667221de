import { playViewers } from './watch/viewers.js';

// A process of viewers, started by `ViewerProcess`, which tells it over IPC what to look at and ends it by disconnecting.
if (process.send) await playViewers();
