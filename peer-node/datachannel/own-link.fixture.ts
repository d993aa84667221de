import type { SignalData, TransportAttempt } from '../../core/links/transport.js';
import { datachannelTransports } from './transport.js';

// A process that links itself to itself, prints the address in its offer, and closes.
const factory = datachannelTransports();
const answerer: TransportAttempt = connect(false, (answer) => initiator.signal(answer));
const initiator: TransportAttempt = connect(true, (offer) => {
  console.log(/^a=candidate:(?:\S+ ){4}(\S+)/m.exec('sdp' in offer ? offer.sdp : '')?.[1]);
  answerer.signal(offer);
});
await Promise.all([initiator.opened, answerer.opened]);
await factory.close();

function connect(isInitiator: boolean, signal: (data: SignalData) => void): TransportAttempt {
  return factory.connect({ initiator: isInitiator, iceServers: [], signal });
}
