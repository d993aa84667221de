import { afterAll, beforeAll, describe } from 'vitest';
import { TransportEnd } from '../core/links/end.suite.js';
import { transportCompliance } from '../core/links/transport.suite.js';
import { datachannelTransports } from '../peer-node/datachannel/transport.js';
import { weriftTransports } from '../peer-node/werift/transport.js';
import { launchTabs, type Tab, type Tabs } from './browser-transport.js';

const werift = weriftTransports();
const datachannel = datachannelTransports();
let tabs: Tabs;
let one: Tab;
let other: Tab;
beforeAll(async () => {
  tabs = await launchTabs();
  [one, other] = await Promise.all([tabs.open(), tabs.open()]);
});
afterAll(async () => {
  await tabs.close();
  await Promise.all([werift.close(), datachannel.close()]);
});

transportCompliance('simple-peer and simple-peer, between two tabs', async () => ({
  initiator: await one.newEnd(),
  answerer: await other.newEnd(),
}));

describe.each([
  ['werift', werift],
  ['node-datachannel', datachannel],
])('in Node %s', (name, node) => {
  transportCompliance(`simple-peer and ${name}, the tab first`, async () => ({
    initiator: await one.newEnd(),
    answerer: new TransportEnd(node),
  }));

  transportCompliance(`simple-peer and ${name}, the Node peer first`, async () => ({
    initiator: new TransportEnd(node),
    answerer: await one.newEnd(),
  }));
});
