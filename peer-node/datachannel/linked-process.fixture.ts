import type { SignalData, Transport } from '../../core/links/transport.js';
import { HIGH_WATER_BYTES } from '../../core/protocol/limits.js';
import { datachannelTransports } from './transport.js';

/** How the process is told to end. Each time its line is full. */
export type Ending = 'close' | 'close and exit' | 'exit';

const EXIT_STATUS = 7;

// A process with one link to the process that forked it. Descriptions and endings come and go as messages.
const factory = datachannelTransports();
const attempt = factory.connect({
  initiator: false,
  iceServers: [],
  signal: (answer) => process.send?.(answer),
});

process.on('message', (message: SignalData | Ending) => {
  if (typeof message === 'object') attempt.signal(message);
  else void end(message);
});
await fill(await attempt.opened);

async function end(ending: Ending): Promise<void> {
  if (ending !== 'exit') await factory.close();
  if (ending !== 'close') process.exit(EXIT_STATUS);
  process.disconnect();
}

async function fill(transport: Transport): Promise<void> {
  const message = new Uint8Array(transport.maxMessage);
  let open = true;
  transport.onClose = () => {
    open = false;
  };
  while (open) {
    transport.send(message);
    if (transport.buffered > HIGH_WATER_BYTES) await transport.drained().catch(() => {});
  }
}
