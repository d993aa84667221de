import '../without-eval.js';

import { calibrate } from '../../core/peer/calibrate.js';
import { contribute } from '../../core/peer/contributor.js';
import { httpObjects } from '../../core/peer/http-objects.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import { browserName } from '../contribute/browser-name.js';
import { roomQuery } from '../contribute/last-room.js';
import { openPage } from '../contribute/page.js';
import { engineAskedFor } from '../engines.js';
import { openIdentity } from '../identity/identity.js';
import { noTransports } from '../no-transports.js';
import { pageSurroundings } from '../page-surroundings.js';
import { startEngine } from '../remote-engine.js';
import { simplePeerTransports } from '../simple-peer/transport.js';
import { connectSocket } from '../socket.js';

const here = pageSurroundings();
const search = roomQuery(location.search, here.storage);
const addresses = addressesOf(`${location.origin}/${search}`);
const connect = () => connectSocket(addresses.socket);

openPage({
  roomName: addresses.room,
  host: location.host,
  search,
  engine: engineAskedFor(search),
  ...here,
  connect,
  statusAddress: addresses.status,
  startEngine,
  calibrate,
  contribute: (engine, ability, onChange) =>
    contribute({
      connect,
      engine,
      ability,
      transports: here.surroundings.hasWebrtc ? simplePeerTransports() : noTransports(),
      objects: httpObjects((url, init) => fetch(url, init), addresses),
      identity: openIdentity(),
      name: browserName(navigator.userAgent),
      kind: 'browser',
      onChange,
    }),
});
