import '../without-eval.js';
import { LinkError } from '../../core/errors.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import { storedPlanes } from '../../core/watch/stored.js';
import { refusalAt } from '../contribute/follow-room.js';
import { linkPages } from '../page-links.js';
import { simplePeerTransports } from '../simple-peer/transport.js';
import { connectSocket } from '../socket.js';
import { openPage } from '../watch/page.js';
import { PAINTER_CHOICES } from '../watch/painter.js';

const query = new URLSearchParams(location.search);
const addresses = addressesOf(`${location.origin}/${location.search}`);
document.documentElement.classList.toggle('kiosk', query.has('kiosk'));

linkPages(location.search);
openPage({
  connect: () =>
    connectSocket(addresses.socket).catch(async (error: unknown) => {
      const refusal = await refusalAt(addresses.status);
      throw refusal ? new LinkError(refusal.reason) : error;
    }),
  transports: simplePeerTransports(),
  stored: storedPlanes((url, init) => fetch(url, init), addresses),
  screen: {
    gpu: navigator.gpu,
    choice: PAINTER_CHOICES.find((choice) => choice === query.get('painter')) ?? 'auto',
  },
  search: location.search,
  onSearch: (search) => history.replaceState(null, '', location.pathname + search),
});
