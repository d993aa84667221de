import '../without-eval.js';
import '../lab/lab.css';

import { addressesOf } from '../../core/protocol/addresses.js';
import { LabApi } from '../lab/lab-api.js';
import { openLab } from '../lab/page.js';
import { connectSocket } from '../socket.js';

const addressesIn = (search: string) => addressesOf(`${location.origin}/${search}`);

openLab({
  api: new LabApi(addressesIn(location.search)),
  search: location.search,
  roomFor(search) {
    const { socket, status } = addressesIn(search);
    return { connect: () => connectSocket(socket), statusAddress: status };
  },
});
