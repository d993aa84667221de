import { calibrate } from '../../core/peer/calibrate.js';
import { contribute } from '../../core/peer/contributor.js';
import { browserName } from '../contribute/browser-name.js';
import { openPage } from '../contribute/page.js';
import { readParameters } from '../contribute/parameters.js';
import { storeObjects } from '../objects.js';
import { startEngine } from '../remote-engine.js';
import { simplePeerTransports } from '../simple-peer/transport.js';
import { openSocket } from '../socket.js';

const parameters = readParameters(location.search);
const { room, invite } = parameters;

const connect = () => {
  const address = new URL(`ws/${encodeURIComponent(room)}`, document.baseURI);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (invite !== undefined) address.searchParams.set('invite', invite);
  return openSocket(address);
};

openPage({
  parameters,
  host: location.host,
  surroundings: { gpu: navigator.gpu, isSecureContext },
  connect,
  startEngine,
  calibrate,
  contribute: (engine, ability, onChange) =>
    contribute({
      connect,
      engine,
      ability,
      transports: simplePeerTransports(),
      objects: storeObjects(document.baseURI, invite),
      name: browserName(navigator.userAgent),
      kind: 'browser',
      onChange,
    }),
});
