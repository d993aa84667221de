import '../without-eval.js';
import '../lab/lab.css';

import { addressesOf } from '../../core/protocol/addresses.js';
import { LabApi } from '../lab/lab-api.js';
import { openLab } from '../lab/page.js';
import { connectSocket } from '../socket.js';

const addresses = addressesOf(`${location.origin}/${location.search}`);

openLab({
  api: new LabApi(addresses),
  connect: () => connectSocket(addresses.socket),
  statusAddress: addresses.status,
  watchAddress: `watch${location.search}`,
});
