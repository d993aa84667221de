import { playDevices } from './fleet/played-devices.js';

// A process of played devices, forked by `followRun`, which tells it over IPC what to play and ends it by disconnecting.
if (process.send) await playDevices();
